//! A fault in the configuration file: where it is, what was found, what was expected, what helps.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file as the admin named it.
    pub file: String,
    /// From 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// In characters, from 1; 0 where the file as a whole is meant.
    pub column: usize,
    /// Such as `accounts[1].pricelist`, entries counted from 1. Empty where no key is meant.
    pub path: String,
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if !self.path.is_empty() {
            write!(f, ": {}", self.path)?;
        }
        write!(f, ": {}", self.text)
    }
}

impl std::error::Error for Fault {}

/// The known word nearest to a mistyped one, if one is near.
pub(crate) fn similar<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&word, &k.to_lowercase()), k))
        .filter(|(distance, k)| *distance <= (k.len() / 3).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}

/// The question whether another word of a list was meant; empty where none is near.
pub(super) fn meant(word: &str, list: &str) -> String {
    similar(word, list.split(", ")).map(|near| format!("; did you mean {near}?")).unwrap_or_default()
}

/// The remedy for a word that is not one of the known ones.
pub(super) fn remedy(word: &str, known: &[&str]) -> String {
    let list = known.join(", ");
    match similar(word, known.iter().copied()) {
        Some(near) if known.len() > 1 => format!("did you mean \"{near}\"? Use one of: {list}"),
        _ => format!("use one of: {list}"),
    }
}

/// The remedy for a reference to something the file does not define.
pub(super) fn define(section: &str, word: &str, known: &[&str]) -> String {
    match known.is_empty() {
        true => format!("define it under [[{section}]]"),
        false => format!("define it under [[{section}]] or {}", remedy(word, known)),
    }
}
