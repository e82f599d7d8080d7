//! The templates and texts of the pages.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use minijinja::value::{Kwargs, Serde};
use minijinja::{Environment, State, UndefinedBehavior, Value, context};
use serde_json::Value as Json;

use super::{Frame, Shown};
use crate::domain::{Failure, Language, code};

/// Each template with its name.
macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("templates/", $name, ".html")))),*]
    };
}

/// The pages, and what is around them.
pub(super) const TEMPLATES: &[(&str, &str)] = templates![
    "frame",
    "login",
    "overview",
    "find",
    "orders",
    "order",
    "items",
    "item",
    "offers",
    "offer",
    "stuck",
    "messages",
    "audit",
    "settings",
    "trouble",
    "moved",
    "tour",
    "calls",
    "call",
    "parts/badge",
    "parts/choice",
    "parts/explained",
    "parts/icon",
    "parts/own",
    "parts/pager",
    "parts/plot",
    "parts/said",
];

const ENGLISH: &str = include_str!("texts/en.json");
const GERMAN: &str = include_str!("texts/de.json");

type Texts = BTreeMap<String, String>;

pub(super) struct Book {
    engine: Environment<'static>,
    english: Texts,
    german: Texts,
}

impl Book {
    pub(super) fn new() -> Result<Book, Failure> {
        let mut engine = Environment::new();
        // An answer leaves out what is empty.
        engine.set_undefined_behavior(UndefinedBehavior::Chainable);
        engine.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
        engine.add_filter("word", |value: Option<&str>| word_key(value.unwrap_or_default()));
        engine.add_filter("tone", |value: Option<&str>| tone(value.unwrap_or_default()));
        engine.add_filter("urlencode", |value: &str| url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>());
        engine.add_function("part", part);
        for (name, source) in TEMPLATES {
            engine.add_template(name, source).map_err(|error| broken(&error))?;
        }
        Ok(Book { engine, english: read(ENGLISH)?, german: read(GERMAN)? })
    }

    pub(super) fn texts(&self, language: Language) -> &Texts {
        match language {
            Language::En => &self.english,
            Language::De => &self.german,
        }
    }

    pub(super) fn text(&self, language: Language, key: &str) -> String {
        self.texts(language).get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// A whole page. Whatever is put into it is escaped.
    pub(super) fn render(&self, frame: &Frame<'_>, shown: &Shown) -> Result<String, Failure> {
        let (frame_of, texts) = (Value::from(Serde(frame)), Value::from(Serde(self.texts(frame.language))));
        let (zone, language) = (frame.zone, frame.language);
        let time = Value::from_function(move |text: Option<&str>| text.map_or_else(String::new, |text| in_zone(text, zone, language)));
        let around = context! { frame => frame_of, t => texts, time => time, language => frame.language.iso() };
        let page = self.engine.get_template(shown.template).map_err(|error| broken(&error))?;
        let inner = context! { ..around.clone(), ..context! { title => &shown.title }, ..Value::from(Serde(&shown.data)) };
        let inner = page.render(inner).map_err(|error| broken(&error))?;
        let outer = context! { title => &shown.title, refresh => shown.refresh, page => Value::from_safe_string(inner), ..around };
        self.engine.get_template("frame").and_then(|frame| frame.render(outer)).map_err(|error| broken(&error))
    }
}

/// A time of an answer, as people in that zone write it.
fn in_zone(text: &str, zone: Tz, language: Language) -> String {
    let format = match language {
        Language::En => "%Y-%m-%d %H:%M",
        Language::De => "%d.%m.%Y %H:%M",
    };
    let time = text.parse::<DateTime<Utc>>();
    time.map_or_else(|_| text.to_owned(), |time| time.with_timezone(&zone).format(format).to_string())
}

/// A piece of a page that several pages have, with the values that it shows. Templates of merchants are rendered by the same
/// library, so its own macros and includes are not compiled in.
fn part(state: &State<'_, '_>, name: &str, values: Kwargs) -> Result<Value, minijinja::Error> {
    let around = ["frame", "t", "time"].into_iter().filter_map(|name| Some((name.to_owned(), state.lookup(name)?)));
    let own = values.args().map(|name| Ok((name.to_owned(), values.get::<Value>(name)?)));
    let context = own.chain(around.map(Ok)).collect::<Result<BTreeMap<String, Value>, minijinja::Error>>()?;
    let piece = state.env().get_template(&format!("parts/{name}"))?.render(Value::from(context))?;
    Ok(Value::from_safe_string(piece.trim_end().to_owned()))
}

/// The text for a word of an answer, such as `word_paid_shipping` for `Paid/Shipping`.
fn word_key(value: &str) -> String {
    let slug: String = value.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    format!("word_{slug}")
}

/// The colour of a word of an answer: whether somebody has to look at it.
fn tone(value: &str) -> &'static str {
    match word_key(value).strip_prefix("word_").unwrap_or_default() {
        "running" | "paid" | "shipped_done" | "paid_done" | "collected_done" => "good",
        "pending" | "prepared" | "new_order" | "confirmed_shipping" | "paid_shipping" => "busy",
        "unpaid" | "confirmed_open_payments" | "shipped_open_payments" | "backlog" => "warn",
        "parked" => "bad",
        _ => "",
    }
}

fn read(texts: &str) -> Result<Texts, Failure> {
    let texts: Json = serde_json::from_str(texts).map_err(|error| Failure::new(code::INTERNAL, [&format!("the texts: {error}")]))?;
    let texts = texts.as_object().into_iter().flatten();
    Ok(texts.filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned()))).collect())
}

fn broken(error: &minijinja::Error) -> Failure {
    Failure::new(code::INTERNAL, [&format!("a page of the console: {error:#}")])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn both_languages_have_the_texts_that_the_templates_name_and_no_others() {
        let book = Book::new().unwrap();
        let english: BTreeSet<&String> = book.english.keys().collect();
        assert_eq!(english, book.german.keys().collect());
        // Each `t.word` of a template, where `t` is not the end of another name.
        let named = TEMPLATES.iter().flat_map(|(_, source)| {
            let parts: Vec<&str> = source.split("t.").collect();
            let whole = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '"');
            parts.windows(2).filter(|pair| whole(pair[0])).map(|pair| pair[1]).collect::<Vec<_>>()
        });
        let word = |rest: &str| rest.chars().take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_').collect::<String>();
        for key in named.map(word).filter(|key| !key.is_empty()) {
            assert!(book.english.contains_key(&key), "no text for {key}");
        }
        let code: [&str; 9] = [
            include_str!("mod.rs"),
            include_str!("pages/mod.rs"),
            include_str!("pages/lists.rs"),
            include_str!("pages/order.rs"),
            include_str!("pages/plots.rs"),
            include_str!("pages/settings.rs"),
            include_str!("actions.rs"),
            include_str!("pages/calls.rs"),
            include_str!("tour/mod.rs"),
        ];
        let all: String = TEMPLATES.iter().map(|(_, source)| *source).chain(code).collect();
        // Put together from words of answers.
        let made = |key: &&String| ["state_", "do_", "word_", "role_", "show_", "span_"].iter().any(|start| key.starts_with(start));
        for key in book.english.keys().filter(|key| !made(key)) {
            assert!(all.contains(key.as_str()), "nobody uses the text {key}");
        }
    }

    #[test]
    fn what_an_answer_says_is_escaped_wherever_it_is_shown() {
        let book = Book::new().unwrap();
        let evil = "<b>&\"'";
        let data = serde_json::json!({
            "records": [{ "orderId": evil, "orderNumber": evil, "orderStatusIdentifier": evil, "marketplaceOrderId": evil }],
            "chosen": evil, "account": evil, "page": 1, "pages": 2,
            "choices": [{ "word": evil, "label": evil }, { "word": "b", "label": "b" }],
            "accounts": [{ "id": evil, "name": evil }, { "id": 2, "name": "b" }],
        });
        let frame = Frame { user: Some(evil), token: evil, path: evil, searched: Some(evil), ..Frame::default() };
        let page = book.render(&frame, &Shown::new("orders", evil, data)).unwrap();
        assert!(!page.contains("<b>") && page.contains("&lt;b&gt;&amp;&quot;&#x27;"), "{page}");
    }

    #[test]
    fn words_of_answers_have_a_text_and_a_colour() {
        assert_eq!(word_key("Confirmed/Open payments"), "word_confirmed_open_payments");
        assert_eq!((tone("PARKED"), tone("Paid/Shipping"), tone("anything")), ("bad", "busy", ""));
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let shown = |language| in_zone("2026-01-31T11:00:00Z", chrono_tz::Europe::Berlin, language);
        assert_eq!((shown(Language::En), shown(Language::De)), ("2026-01-31 12:00".to_owned(), "31.01.2026 12:00".to_owned()));
        assert_eq!(in_zone("never", chrono_tz::UTC, Language::En), "never");
    }
}
