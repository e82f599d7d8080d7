//! Templates of titles and descriptions. Pure and closed: nothing is loaded from anywhere, work and memory are bounded.
//!
//! What is missing in one item is empty text, however deep a template asks for it: the same template serves the whole
//! catalogue.

mod language;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use minijinja::Value;
use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, filters, tests as conditions};

/// One render may take so many steps, or 64 bytes of data for each: 3.2 MB for all texts together that it makes, more than
/// three times the largest page.
const FUEL: u64 = 50_000;
/// Nesting of loops and conditions; the language allows less.
const RECURSION: usize = 64;
/// Bytes of a finished text.
const MOST_BYTES: usize = 1_000_000;
const LONGEST_RANGE: i64 = 1_000;
/// What the language allows needs a fraction of it, also unoptimised.
const STACK: usize = 4 << 20;
/// Characters of a fault.
const LONGEST_FAULT: usize = 1_000;

/// Whether values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Values are escaped for HTML, unless they are marked as HTML.
    Html,
    Plain,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// From 1.
    pub line: usize,
    /// The engine's words, in English.
    pub text: String,
}

/// Knows what [`language`] allows, and nothing else.
fn engine<'s>(form: Form) -> Environment<'s> {
    let mut engine = Environment::empty();
    engine.set_auto_escape_callback(move |_| match form {
        Form::Html => AutoEscape::Html,
        Form::Plain => AutoEscape::None,
    });
    engine.set_undefined_behavior(UndefinedBehavior::Chainable);
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(RECURSION);
    add_filters(&mut engine);
    engine.add_test("boolean", conditions::is_boolean);
    engine.add_test("defined", conditions::is_defined);
    engine.add_test("divisibleby", conditions::is_divisibleby);
    engine.add_test("endingwith", conditions::is_endingwith);
    engine.add_test("even", conditions::is_even);
    engine.add_test("mapping", conditions::is_mapping);
    engine.add_test("none", conditions::is_none);
    engine.add_test("number", conditions::is_number);
    engine.add_test("odd", conditions::is_odd);
    engine.add_test("sequence", conditions::is_sequence);
    engine.add_test("startingwith", conditions::is_startingwith);
    engine.add_test("string", conditions::is_string);
    engine.add_test("undefined", conditions::is_undefined);
    engine.add_function("range", range);
    engine
}

fn add_filters(engine: &mut Environment<'_>) {
    engine.add_filter("abs", filters::abs);
    engine.add_filter("capitalize", filters::capitalize);
    engine.add_filter("default", filters::default);
    engine.add_filter("e", filters::escape);
    engine.add_filter("escape", filters::escape);
    engine.add_filter("first", filters::first);
    engine.add_filter("float", filters::float);
    engine.add_filter("int", filters::int);
    engine.add_filter("items", filters::items);
    engine.add_filter("join", filters::join);
    engine.add_filter("last", filters::last);
    engine.add_filter("length", filters::length);
    engine.add_filter("lines", filters::lines);
    engine.add_filter("list", filters::list);
    engine.add_filter("lower", filters::lower);
    engine.add_filter("max", filters::max);
    engine.add_filter("min", filters::min);
    engine.add_filter("replace", filters::replace);
    engine.add_filter("reverse", filters::reverse);
    engine.add_filter("round", filters::round);
    engine.add_filter("safe", filters::safe);
    engine.add_filter("sort", filters::sort);
    engine.add_filter("split", filters::split);
    engine.add_filter("string", filters::string);
    engine.add_filter("title", filters::title);
    engine.add_filter("trim", filters::trim);
    engine.add_filter("truncate", truncate);
    engine.add_filter("upper", filters::upper);
}

/// Numbers from the first (else 0) to before the last.
fn range(first: i64, end: Option<i64>) -> Result<Value, Error> {
    let (first, end) = end.map_or((0, first), |end| (first, end));
    if end.saturating_sub(first) > LONGEST_RANGE {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("a range has at most {LONGEST_RANGE} numbers")));
    }
    Ok((first..end).collect())
}

/// At most so many characters.
fn truncate(value: &Value, most: usize) -> Result<Value, Error> {
    if value.is_safe() && value.kind() == ValueKind::String {
        return Err(Error::new(ErrorKind::InvalidOperation, "HTML cannot be truncated"));
    }
    if value.is_undefined() {
        return Ok(value.clone());
    }
    let text = value.to_string();
    if text.chars().nth(most).is_none() {
        return Ok(Value::from(text));
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).chain((most > 0).then_some('…')).collect();
    Ok(Value::from(kept))
}

fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn fault(error: &Error) -> Fault {
    let text = match error.detail() {
        Some(detail) => format!("{}: {}", error.kind(), short(detail, LONGEST_FAULT)),
        None => error.kind().to_string(),
    };
    Fault { line: error.line().unwrap_or(1), text }
}

/// A text that is as long as a page may be.
#[derive(Default)]
struct Page {
    bytes: Vec<u8>,
    full: bool,
}

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len().saturating_add(bytes.len()) > MOST_BYTES {
            self.full = true;
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs the engine on a stack whose size does not depend on the caller. A panic is a fault of the template.
fn apart<T: Send>(work: impl Fn() -> Result<T, Fault> + Sync) -> Result<T, Fault> {
    let guarded = || {
        let failed = |_| Err(Fault { line: 1, text: "the template engine cannot handle this template".to_owned() });
        catch_unwind(AssertUnwindSafe(&work)).unwrap_or_else(failed)
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("template".to_owned()).stack_size(STACK).spawn_scoped(scope, guarded);
        // Without a thread it is done here: what the language allows fits.
        thread.ok().and_then(|thread| thread.join().ok()).unwrap_or_else(guarded)
    })
}

/// Looks for faults that show without any values: syntax, and what the language does not have.
pub(crate) fn check(source: &str) -> Result<(), Fault> {
    language::read(source)?;
    apart(|| engine(Form::Plain).template_from_str(source).map(|_| ()).map_err(|error| fault(&error)))
}

/// Whether a template looks at a value of this name.
pub(crate) fn uses(source: &str, name: &str) -> bool {
    language::read(source).is_ok_and(|variables| variables.contains(&name))
}

/// Fills a template in.
pub(crate) fn render(source: &str, form: Form, values: Value) -> Result<String, Fault> {
    language::read(source)?;
    apart(|| {
        let engine = engine(form);
        let template = engine.template_from_str(source).map_err(|error| fault(&error))?;
        let mut page = Page::default();
        let rendered = template.render_captured_to(values.clone(), &mut page).map(|_| ()).map_err(|error| fault(&error));
        match rendered {
            Err(fault) if page.full => Err(Fault { text: format!("the text is longer than {MOST_BYTES} bytes"), ..fault }),
            Err(fault) => Err(fault),
            Ok(()) => String::from_utf8(page.bytes).map_err(|error| Fault { line: 1, text: error.to_string() }),
        }
    })
}

#[cfg(test)]
mod tests;
