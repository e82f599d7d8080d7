//! How the log is written.

use std::io::Write as _;

use clap::ValueEnum;
use serde_json::{Map, Value, json};

/// The form of the lines of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    #[default]
    Text,
    /// One JSON object per line
    Json,
}

/// One line per record, in UTC; a text with line breaks must not look like several records.
pub fn start(format: LogFormat) {
    let mut builder = env_logger::Builder::new();
    builder.filter_level(log::LevelFilter::Info);
    // What it says at this level, our own line on the address says better.
    builder.filter_module("actix_server", log::LevelFilter::Warn);
    if let Ok(filter) = std::env::var("KONTOR_LOG").or_else(|_| std::env::var("RUST_LOG")) {
        builder.parse_filters(&filter);
    }
    builder.format(move |line, record| {
        let text = record.args().to_string();
        let time = line.timestamp_millis();
        match format {
            LogFormat::Text => {
                writeln!(line, "{time} {:5} {}: {}", record.level(), record.target(), text.replace(['\n', '\r'], " "))
            }
            LogFormat::Json => writeln!(line, "{}", object(&time.to_string(), record.level().as_str(), record.target(), &text)),
        }
    });
    builder.init();
}

fn object(time: &str, level: &str, target: &str, text: &str) -> Value {
    let mut object = json!({"time": time, "level": level, "target": target, "message": text});
    if let Some(fields) = fields(text)
        && let Value::Object(object) = &mut object
    {
        object.insert("fields".to_owned(), Value::Object(fields));
    }
    object
}

/// The values of a line that has nothing but `name=value`.
fn fields(text: &str) -> Option<Map<String, Value>> {
    let mut fields = Map::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return None;
        }
        let (value, left) = match after.starts_with('"') {
            true => {
                let mut values = serde_json::Deserializer::from_str(after).into_iter::<String>();
                let value = values.next()?.ok()?;
                (value, after.get(values.byte_offset()..)?)
            }
            false => {
                let end = after.find(' ').unwrap_or(after.len());
                (after.get(..end)?.to_owned(), after.get(end..)?)
            }
        };
        let value = value.parse::<i64>().map_or_else(|_| Value::String(value), Value::from);
        fields.insert(name.to_owned(), value);
        rest = left.trim_start_matches(' ');
    }
    Some(fields).filter(|fields| !fields.is_empty())
}

#[cfg(test)]
mod tests {
    use super::object;

    #[test]
    fn a_line_is_one_object_with_its_values() {
        let call = "operation=echo client=127.0.0.1 user=\"m\u{fc} \\\"x\\\"\" records=3 error=-";
        let line = object("2026-11-30T12:00:00.000Z", "INFO", "kontor::http", call);
        assert_eq!(line["fields"]["user"], "m\u{fc} \"x\"");
        assert_eq!(line["fields"]["records"], 3);
        assert_eq!(line["message"], call);
        let other = object("t", "WARN", "kontor", "account 7: silent\nsince = x");
        assert_eq!(other["fields"], serde_json::Value::Null);
        assert!(!other.to_string().contains('\n'));
    }
}
