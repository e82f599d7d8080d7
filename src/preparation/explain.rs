//! The effective content line by line, for people.

use super::{Effective, Lack, Source, Sourced};
use crate::domain::Language;
use crate::domain::text::{columns, short};

/// One value with the rule it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Stable; lists have a line per entry.
    pub name: &'static str,
    pub value: String,
    /// Stable word of the rule.
    pub source: &'static str,
    /// The rule in a sentence.
    pub reason: String,
}

/// One thing that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    pub name: &'static str,
    /// Keeps the part from being told to the channel.
    pub blocking: bool,
    pub reason: String,
    pub remedy: String,
}

impl Missing {
    pub fn of(lack: &Lack, language: Language) -> Missing {
        Missing { name: lack.part(), blocking: lack.blocks(), reason: lack.text(language), remedy: lack.remedy(language) }
    }
}

impl Effective {
    /// All values there are.
    pub fn lines(&self, language: Language) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut add = |name: &'static str, value: &str, source: &Source| {
            lines.push(Line { name, value: value.to_owned(), source: source.word(), reason: source.sentence(language) });
        };
        if let Ok(title) = &self.title {
            add("title", &title.value, &title.source);
        }
        if let Some(description) = self.description.as_ref().ok().filter(|description| description.source != Source::Nothing) {
            add("description", &description.value, &description.source);
        }
        if let Ok(Sourced { value: price, source }) = &self.price {
            add("price", &price.amount.to_string(), source);
            add("currency", &price.currency, source);
            add("gross", if price.gross { "true" } else { "false" }, source);
        }
        let texts = [
            ("category", &self.category),
            ("ean_code", &self.ean),
            ("delivery_time", &self.delivery_time),
            ("delivery_charge", &self.delivery_charge),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                add(name, &text.value, &text.source);
            }
        }
        self.images.iter().for_each(|image| add("image", &image.value, &image.source));
        add("tax_type_id", &self.tax_type_id.value.to_string(), &self.tax_type_id.source);
        if let Some(weight) = self.weight_in_gram {
            add("weight_in_gram", &weight.to_string(), &Source::Item { field: "weight" });
        }
        for (name, value) in &self.attributes.value {
            add("attribute", &format!("{name}: {value}"), &self.attributes.source);
        }
        if let Some(Sourced { value: variant, source }) = &self.variant {
            add("variant_parent", &variant.parent_sku, source);
            for (name, value) in &variant.options {
                add("option", &format!("{name}: {value}"), &Source::Item { field: "variant" });
            }
        }
        add("language", &self.language.value, &self.language.source);
        if let Some(data) = &self.platform_data {
            add("platform_data", &data.value, &data.source);
        }
        lines
    }

    /// What is missing.
    pub fn missing(&self, language: Language) -> Vec<Missing> {
        self.lacks().into_iter().map(|lack| Missing::of(lack, language)).collect()
    }
}

/// Characters of a value that a table shows.
const WIDEST: usize = 60;

/// Values and what is missing as a table of text.
pub fn table(explained: &Result<Effective, Lack>, language: Language) -> String {
    let (lines, missing) = match explained {
        Ok(effective) => (effective.lines(language), effective.missing(language)),
        Err(lack) => (Vec::new(), vec![Missing::of(lack, language)]),
    };
    let rows: Vec<[String; 3]> = lines.into_iter().map(|line| [line.name.to_owned(), short(&line.value, WIDEST), line.reason]).collect();
    let mut text = columns(&rows);
    for hint in missing {
        let word = match (hint.blocking, language) {
            (true, Language::En) => "MISSING",
            (true, Language::De) => "FEHLT",
            (false, Language::En) => "hint",
            (false, Language::De) => "Hinweis",
        };
        text.push_str(&format!("{word}: {}: {}; {}\n", hint.name, hint.reason, hint.remedy));
    }
    text
}
