//! From text to `RawFile`, with the place of every value and every fault of syntax, key and type.
//!
//! serde stops at the first fault and does not say at which key. So the file is first parsed into toml's own tree,
//! which knows the place of every key and value; a part that serde refuses becomes a fault, is taken out of the tree,
//! and serde reads again, until the rest is sound.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::fault::remedy;
use super::raw::RawFile;

/// Where each path is: byte offset of its value; of the header for a table.
pub(super) type Places = BTreeMap<String, usize>;

pub(super) struct Parsed {
    pub raw: RawFile,
    pub places: Places,
    pub problems: Vec<Problem>,
}

/// A fault whose place is still a byte offset.
pub(super) struct Problem {
    pub offset: usize,
    pub path: String,
    pub text: String,
}

/// After so many faults the admin has enough to do; also the end of the loop in `parse`.
const MOST_PROBLEMS: usize = 200;

pub(super) fn parse(text: &str) -> Result<Parsed, Vec<Problem>> {
    let (mut tree, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // What a broken line means is a guess; checking the guess would bury the real fault.
        return Err(errors.iter().map(syntax_problem).collect());
    }
    let nodes = walk(&tree);
    let places = nodes.iter().map(|n| (n.path.clone(), n.value.start)).collect();
    let mut problems: Vec<Problem> = Vec::new();
    loop {
        let error = match RawFile::deserialize(Deserializer::from(tree.clone())) {
            Ok(raw) => {
                return Ok(Parsed { raw, places, problems });
            }
            Err(error) => error,
        };
        let span = error.span().unwrap_or(0..0);
        let node = nodes.iter().filter(|n| n.covers(&span)).min_by_key(|n| n.width(&span));
        let path = node.map(|n| n.key_path()).unwrap_or_default();
        let in_list = node.is_some_and(|n| n.path != path);
        problems.push(Problem { offset: span.start, text: translate(error.message(), &path, in_list), path });
        let removed = node.is_some_and(|n| remove(tree.get_mut(), &n.steps));
        if !removed || problems.len() >= MOST_PROBLEMS {
            return Err(problems);
        }
    }
}

fn syntax_problem(error: &toml::de::Error) -> Problem {
    // Some of toml's messages have a second line with what was expected.
    let what = error.message().lines().map(str::trim).collect::<Vec<_>>().join("; ");
    Problem {
        offset: error.span().map_or(0, |s| s.start),
        path: String::new(),
        text: format!("not valid TOML: {what}; mend this line (text in \"quotes\", lists in [ ], one key per line)"),
    }
}

#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

/// One key or list entry of the tree.
struct Node {
    path: String,
    steps: Vec<Step>,
    key: Range<usize>,
    value: Range<usize>,
}

impl Node {
    fn covers(&self, span: &Range<usize>) -> bool {
        covers(&self.key, span) || covers(&self.value, span)
    }

    fn width(&self, span: &Range<usize>) -> usize {
        [&self.key, &self.value].into_iter().filter(|r| covers(r, span)).map(|r| r.len()).min().unwrap_or(usize::MAX)
    }

    /// The path without a trailing list index: faults name the key.
    fn key_path(&self) -> String {
        match self.steps.last() {
            Some(Step::Index(_)) => self.path.rsplit_once('[').map_or(self.path.clone(), |(key, _)| key.to_owned()),
            _ => self.path.clone(),
        }
    }
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn walk(tree: &Spanned<DeTable<'_>>) -> Vec<Node> {
    let mut nodes = Vec::new();
    walk_table(tree.get_ref(), "", &[], &mut nodes);
    nodes
}

fn walk_table(table: &DeTable<'_>, path: &str, steps: &[Step], nodes: &mut Vec<Node>) {
    for (key, value) in table {
        let name = key.get_ref();
        let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        let step = Step::Key(name.to_string());
        walk_value(value, key.span(), path, [steps, &[step]].concat(), nodes);
    }
}

fn walk_value(value: &Spanned<DeValue<'_>>, key: Range<usize>, path: String, steps: Vec<Step>, nodes: &mut Vec<Node>) {
    match value.get_ref() {
        DeValue::Table(table) => walk_table(table, &path, &steps, nodes),
        DeValue::Array(array) => {
            for (index, entry) in array.iter().enumerate() {
                let entry_path = format!("{path}[{}]", index + 1);
                walk_value(entry, entry.span(), entry_path, [&steps[..], &[Step::Index(index)]].concat(), nodes);
            }
        }
        _ => {}
    }
    nodes.push(Node { path, steps, key, value: value.span() });
}

/// Takes the key at the end of `steps` out of the tree. A list entry goes together with its list, because the
/// entries behind it would otherwise change their numbers.
fn remove(table: &mut DeTable<'_>, steps: &[Step]) -> bool {
    let Some(last_key) = steps.iter().rposition(|s| matches!(s, Step::Key(_))) else {
        return false;
    };
    let Some((Step::Key(first), rest)) = steps.split_first() else {
        return false;
    };
    if last_key == 0 {
        return table.remove(first.as_str()).is_some();
    }
    let Some(mut value) = table.get_mut(first.as_str()) else {
        return false;
    };
    for (position, step) in rest.iter().enumerate() {
        let next = match (step, value.get_mut()) {
            (Step::Key(key), DeValue::Table(inner)) if position + 1 == last_key => {
                return inner.remove(key.as_str()).is_some();
            }
            (Step::Key(key), DeValue::Table(inner)) => inner.get_mut(key.as_str()),
            (Step::Index(index), DeValue::Array(inner)) => inner.get_mut(*index),
            _ => None,
        };
        let Some(next) = next else { return false };
        value = next;
    }
    false
}

/// serde's words in ours: value, expectation, remedy.
fn translate(message: &str, path: &str, in_list: bool) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    if message.starts_with("unknown field") {
        let word = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        return format!("\"{word}\" is not a known key; {}", remedy(word, &known));
    }
    if message.starts_with("unknown variant") {
        let word = quoted.next().unwrap_or_default();
        let known: Vec<&str> = quoted.collect();
        return format!("\"{word}\" is not a known value; {}", remedy(word, &known));
    }
    let Some((found, expected)) = message.strip_prefix("invalid type: ").and_then(|m| m.split_once(", expected ")) else {
        return message.to_owned();
    };
    let key = path.rsplit('.').next().unwrap_or(path);
    // A value in the wrong type may still be a password.
    let secret = ["password", "secret", "token", "url"].iter().any(|word| key.contains(word));
    let found = match found.split_once(' ') {
        Some((kind, _)) if secret => kind.to_owned(),
        _ => found.replace('`', "").replace("map", "a table").replace("sequence", "a list"),
    };
    let expected = match expected {
        "i64" if found.contains(" as i128") => "a whole number below 9223372036854775808".to_owned(),
        "i64" => "a whole number without quotes".to_owned(),
        "f64" => "a number without quotes".to_owned(),
        "a string" => "text in \"quotes\"".to_owned(),
        "a boolean" => "true or false without quotes".to_owned(),
        "a sequence" if found == "a table" => {
            format!("a list of tables; write [[{key}]] with two brackets")
        }
        "a sequence" => "a list in [ ]".to_owned(),
        other if other.starts_with("struct ") && in_list => format!("a table; write [[{key}]]"),
        other if other == "a map" || other.starts_with("struct ") => {
            // In a header, the entry of a list is the one above.
            let header: String = path.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
            format!("a table; write [{header}]")
        }
        other => other.to_owned(),
    };
    format!("found {}, expected {expected}", found.trim_end_matches(" as i128"))
}
