//! The files under `tests/golden`: where they lie, how they are laid out, and what in them changes with every run.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use kontor::operations::wire::FRAGMENT_LIMITS;
use kontor::operations::{CATALOGUE, Document, Face, Operation};
use kontor::xml;

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The schema that declares the operation's elements.
pub(crate) fn schema_of(operation: &str) -> String {
    let declaration = format!("<xs:element name=\"{operation}\">");
    let files = std::fs::read_dir(root().join("schema")).unwrap().map(|entry| entry.unwrap().path());
    let mut declaring = files.filter(|path| std::fs::read_to_string(path).unwrap().contains(&declaration));
    let path = declaring.next().unwrap_or_else(|| panic!("no schema declares {operation}"));
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// One request with its answer, in both styles.
#[derive(Clone)]
pub(crate) struct Sample {
    pub operation: &'static Operation,
    pub case: String,
    /// The typed request keeps the schema; the others show what happens to those that do not.
    pub valid: bool,
}

/// What the script says, in order.
pub(crate) enum Step {
    Call(Sample),
    /// Somebody orders in the sandbox.
    Buy(serde_json::Value),
    /// Somebody says something in the sandbox (messages, disputes, feedback), and Kontor has read it.
    Say(String, serde_json::Value),
    /// Everything that changed has reached the channel.
    Settled,
}

/// `tests/golden/order.txt`: the calls in the order in which they bring a fresh demo into the state that the next one needs.
pub(crate) fn script() -> Vec<Step> {
    let text = std::fs::read_to_string(root().join("tests/golden/order.txt")).expect("tests/golden/order.txt");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(step).collect()
}

fn step(line: &str) -> Step {
    match line.split_once(' ').unwrap_or((line, "")) {
        ("settled", _) => Step::Settled,
        ("buy", order) => Step::Buy(serde_json::from_str(order).unwrap_or_else(|error| panic!("{line}: {error}"))),
        ("say", said) => {
            let (what, said) = said.split_once(' ').unwrap_or_else(|| panic!("{line}: expected say WHAT {{…}}"));
            Step::Say(what.to_owned(), serde_json::from_str(said).unwrap_or_else(|error| panic!("{line}: {error}")))
        }
        (name, flag) => {
            let (operation, case) = name.split_once('/').unwrap_or_else(|| panic!("{line}: expected operation/case"));
            let operation = CATALOGUE.iter().find(|row| row.name == operation).unwrap_or_else(|| panic!("{line}: no such operation"));
            assert!(["", "invalid"].contains(&flag.trim()), "{line}: a case is followed by nothing or by `invalid`");
            Step::Call(Sample { operation, case: case.to_owned(), valid: flag.trim() != "invalid" })
        }
    }
}

pub(crate) fn samples() -> Vec<Sample> {
    let calls = script().into_iter().filter_map(|step| if let Step::Call(sample) = step { Some(sample) } else { None });
    calls.collect()
}

impl Sample {
    pub(crate) fn path(&self, face: Face, document: Document) -> PathBuf {
        let which = if document == Document::Request { "request" } else { "response" };
        root().join(format!("tests/golden/{}/{}.{}.{which}.xml", self.operation.name, self.case, face.word()))
    }

    pub(crate) fn name(&self, face: Face, document: Document) -> String {
        self.path(face, document).strip_prefix(root()).unwrap().display().to_string()
    }

    pub(crate) fn text(&self, face: Face, document: Document) -> String {
        let text = std::fs::read_to_string(self.path(face, document));
        text.unwrap_or_else(|error| panic!("{}: {error}", self.name(face, document)))
    }

    /// Its answer may tell what the channels said.
    pub(crate) fn waits_for_channels(&self) -> bool {
        self.text(Face::Compat, Document::Request).contains("<process_synchronous>true<")
    }

    pub(crate) fn is_rehearsal(&self) -> bool {
        self.text(Face::Compat, Document::Request).contains("dry_run=")
    }

    /// The document in a style, read from the golden file of a style.
    pub(crate) fn rewritten(&self, from: Face, to: Face, document: Document) -> String {
        let text = self.text(from, document);
        let parsed = xml::Document::parse(&text, &FRAGMENT_LIMITS).unwrap_or_else(|e| panic!("{}: {e}", self.name(from, document)));
        let node = match from {
            Face::Compat => parsed.root(),
            Face::Typed => parsed.root().children().next().unwrap_or_else(|| panic!("{}: empty", self.name(from, document))),
        };
        (self.operation.rewrite)(node, from, to, document).unwrap_or_else(|e| panic!("{}: {e}", self.name(from, document)))
    }

    /// What stands in the Body on the typed face.
    pub(crate) fn wrapped(&self, document: Document, content: &str) -> String {
        let response = if document == Document::Request { "" } else { "Response" };
        let name = self.operation.name;
        format!("<{name}{response} xmlns=\"urn:kontor:v1\">{content}</{name}{response}>")
    }
}

#[derive(PartialEq)]
enum Token<'x> {
    Start(&'x str),
    End(&'x str),
    Empty(&'x str),
    Text(&'x str),
}

fn tokens(mut xml: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    while !xml.is_empty() {
        let length = if xml.starts_with('<') { xml.find('>').map(|end| end + 1) } else { xml.find('<') };
        let (token, rest) = xml.split_at(length.unwrap_or(xml.len()));
        tokens.push(match token {
            tag if tag.starts_with("</") => Token::End(tag),
            tag if tag.starts_with('<') && tag.ends_with("/>") => Token::Empty(tag),
            tag if tag.starts_with('<') => Token::Start(tag),
            text => Token::Text(text),
        });
        xml = rest;
    }
    tokens
}

/// One element a line. Nothing but line ends and indentation is added, and only between two tags. Channel data, which
/// are kept as they came, stay on one line.
pub(crate) fn pretty(xml: &str) -> String {
    let mut out = String::with_capacity(xml.len() * 2);
    let mut depth = 0_usize;
    let mut before = None;
    let mut kept_since = None;
    for token in tokens(xml) {
        let after_text = matches!(before, Some(Token::Text(_)));
        let closes_at_once = matches!((&before, &token), (Some(Token::Start(_)), Token::End(_)));
        if matches!(token, Token::End(_)) {
            depth -= 1;
        }
        if before.is_some() && !after_text && !closes_at_once && kept_since.is_none() && !matches!(token, Token::Text(_)) {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        }
        match &token {
            Token::Start(text) | Token::End(text) | Token::Empty(text) | Token::Text(text) => out.push_str(text),
        }
        match &token {
            Token::Start(tag) => {
                if tag.starts_with("<specific_") {
                    kept_since.get_or_insert(depth);
                }
                depth += 1;
            }
            Token::End(_) if kept_since == Some(depth) => kept_since = None,
            _ => {}
        }
        before = Some(token);
    }
    out.push('\n');
    out
}

/// Replaces what differs between two runs: times of the run, the port, tokens of addresses, and how far the channel got meanwhile.
pub(crate) fn masked(answer: &str, began: DateTime<Utc>, base: &str) -> String {
    without_tokens(without_pending(&with_fixed_times(answer, began)).replace(base, "http://gateway"))
}

fn with_fixed_times(text: &str, began: DateTime<Utc>) -> String {
    let run = began - TimeDelta::seconds(5)..Utc::now() + TimeDelta::seconds(5);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c: char| !(c.is_ascii_digit() || "-:.+TZ".contains(c))).unwrap_or(rest.len());
        let word = &rest[..end];
        match DateTime::parse_from_rfc3339(word) {
            Ok(time) if run.contains(&time.with_timezone(&Utc)) => {
                out.push_str(if word.ends_with('Z') { "2026-01-31T11:00:00Z" } else { "2026-01-31T12:00:00.000+01:00" });
            }
            _ => out.push_str(word),
        }
        rest = &rest[end..];
    }
    out + rest
}

/// Files have addresses that nobody can guess.
fn without_tokens(text: String) -> String {
    const LENGTH: usize = 32;
    ["http://gateway/media/", "http://gateway/thumbnails/"].into_iter().fold(text, |text, before| {
        let mut parts = text.split(before);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |out, part| out + before + "token" + &part[LENGTH..])
    })
}

fn without_pending(text: &str) -> String {
    let mut out = text.to_owned();
    for (before, after) in [(" pending_changes=\"", "\""), ("<pendingChanges>", "</pendingChanges>")] {
        if let Some((front, rest)) = out.split_once(before) {
            out = format!("{front}{}", rest.split_once(after).expect("an end").1);
        }
    }
    out
}

/// Error texts name elements and lines of the request as its sender wrote it, so they differ between the styles.
pub(crate) fn without_error_texts(xml: &str) -> String {
    let without = |xml: String, element: &str| {
        let (start, end) = (format!("<{element}>"), format!("</{element}>"));
        let mut out = String::with_capacity(xml.len());
        let mut rest = xml.as_str();
        while let Some((front, text)) = rest.split_once(&start) {
            out.push_str(&format!("{front}{start}…{end}"));
            rest = text.split_once(&end).expect("an end").1;
        }
        out + rest
    };
    ["errorDescription", "reason", "warnings"].into_iter().fold(xml.to_owned(), without)
}
