//! Templates of titles and descriptions. Pure and closed: nothing is loaded from anywhere, work and memory are bounded.
//!
//! What is missing in one item is empty text, however deep a template asks for it: the same template serves the whole
//! catalogue.

pub use minijinja::Value;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

/// One render may take so many steps, or 64 bytes of data for each: enough for a page of several hundred kilobytes.
const FUEL: u64 = 200_000;
/// Nesting of loops and conditions.
const RECURSION: usize = 64;

/// Whether values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Values are escaped for HTML, unless they are marked as HTML.
    Html,
    Plain,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// The engine's words, in English.
    pub text: String,
}

fn engine<'s>(form: Form) -> Environment<'s> {
    let mut engine = Environment::new();
    engine.set_auto_escape_callback(move |_| match form {
        Form::Html => AutoEscape::Html,
        Form::Plain => AutoEscape::None,
    });
    engine.set_undefined_behavior(UndefinedBehavior::Chainable);
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(RECURSION);
    engine
}

fn fault(error: &minijinja::Error) -> Fault {
    let text = match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    };
    Fault { line: error.line().unwrap_or(1), text }
}

/// Looks for faults that show without any values: syntax.
pub fn check(source: &str) -> Result<(), Fault> {
    engine(Form::Plain).template_from_str(source).map(|_| ()).map_err(|error| fault(&error))
}

/// Whether a template looks at a value of this name.
pub fn uses(source: &str, name: &str) -> bool {
    engine(Form::Plain).template_from_str(source).is_ok_and(|template| template.undeclared_variables(false).contains(name))
}

/// Fills a template in.
pub fn render(source: &str, form: Form, values: Value) -> Result<String, Fault> {
    let engine = engine(form);
    let template = engine.template_from_str(source).map_err(|error| fault(&error))?;
    template.render(values).map_err(|error| fault(&error))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Form, Value, check, render, uses};

    fn values() -> Value {
        let html = Value::from_safe_string("<b>big</b>".into());
        Value::from(BTreeMap::from([("name", Value::from("Cup & <saucer>")), ("html", html)]))
    }

    #[test]
    fn values_are_escaped_unless_they_are_html() {
        assert_eq!(render("<p>{{ name }}{{ html }}</p>", Form::Html, values()).unwrap(), "<p>Cup &amp; &lt;saucer&gt;<b>big</b></p>");
        assert_eq!(render("{{ name }}", Form::Plain, values()).unwrap(), "Cup & <saucer>");
    }

    #[test]
    fn what_is_missing_is_empty() {
        assert_eq!(render("[{{ a.b.c }}{{ x[15] }}]", Form::Html, values()).unwrap(), "[]");
    }

    #[test]
    fn faults_name_the_line() {
        let fault = check("a\n{% if x %}\nb").unwrap_err();
        assert!(fault.line >= 2, "{fault:?}");
        let fault = render("a\nb\n{{ name|nosuch }}", Form::Html, values()).unwrap_err();
        assert_eq!(fault.line, 3);
        assert!(fault.text.contains("nosuch"), "{fault:?}");
    }

    #[test]
    fn nothing_is_loaded_and_nothing_runs_for_ever() {
        assert!(check("{% include '/etc/passwd' %}").is_err());
        assert!(check("{% extends 'x' %}").is_err());
        let endless = "{% for a in range(90000) %}{% for b in range(90000) %}x{% endfor %}{% endfor %}";
        assert!(render(endless, Form::Html, values()).unwrap_err().text.contains("fuel"));
        assert!(render("{{ 'x' * 1000000000 }}", Form::Html, values()).is_err());
    }

    #[test]
    fn a_template_tells_what_it_looks_at() {
        assert!(uses("{{ price.amount }}", "price"));
        assert!(!uses("{{ item.price }}", "price"));
    }
}
