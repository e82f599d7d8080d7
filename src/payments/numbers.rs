//! Numbers of orders in the text of a payment: written with blanks, hyphens or the letter O, cut in two, or mistyped.

use super::statement::{all_digits, checks_out};
use crate::domain::Worded;
use crate::domain::payment::Entry;

/// Characters of a number that is looked for in a text, and digits of these: shorter ones are in dates, postcodes and IBANs.
const SHORTEST: usize = 5;
const FEWEST_DIGITS: usize = 3;

/// Characters of a piece of text that its bank may have cut off in the middle of a word. Banks cut at 27 and more, and some take
/// the last blank away.
const CUT: usize = 25;

/// Characters of a text that are searched. Banks send at most a few hundred.
const LONGEST: usize = 4_000;

/// Lengths of IBANs of the countries that German merchants see most.
const IBANS: [(&str, usize); 12] = [
    ("AT", 20),
    ("BE", 16),
    ("CH", 21),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("ES", 24),
    ("FR", 27),
    ("IT", 27),
    ("LU", 20),
    ("NL", 18),
    ("PL", 28),
];

/// A number without what people leave out or add: capitals and digits only.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// The number in a creditor reference of ISO 11649, if the text is one.
fn of_creditor_reference(text: &str) -> Option<&str> {
    let number = text.strip_prefix("RF").filter(|_| checks_out(text))?;
    number.get(2..)
}

/// A number of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    /// In capitals.
    written: String,
    bare: String,
}

impl Number {
    pub(crate) fn new(text: &str) -> Number {
        Number { written: text.trim().to_uppercase(), bare: bare(text) }
    }

    /// Long enough not to be part of a date or a postcode.
    pub(super) fn is_distinct(&self) -> bool {
        is_distinct(&self.bare)
    }
}

/// How a number is in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Whole,
    /// Its digits are parted by something that is not in the number: they may be two numbers.
    Joined,
}

/// The text of a payment, made ready to look for numbers.
#[derive(Default)]
pub(super) struct Haystack {
    /// In capitals, with one blank between words.
    raw: String,
    /// Without anything between letters, and with a break between digits that something parts.
    solid: String,
    /// Without anything between letters and digits.
    joined: String,
    words: Vec<String>,
    /// Pieces of words in which letters were typed for digits.
    retyped: Vec<String>,
    /// Numbers in fields of their own.
    exact: Vec<String>,
}

impl Haystack {
    pub(super) fn of(entry: &Entry) -> Haystack {
        let named = || entry.references.iter().chain(&entry.end_to_end_id);
        let mut found = Haystack::default();
        for text in texts(&entry.purpose).iter().chain(named()) {
            found.add(text);
        }
        found.words.sort_unstable();
        found.words.dedup();
        let exact = named().map(|text| bare(text)).flat_map(|text| {
            let inner = of_creditor_reference(&text).map(str::to_owned);
            [Some(text), inner].into_iter().flatten()
        });
        found.exact = exact.collect();
        found
    }

    fn add(&mut self, text: &str) {
        let text = text.char_indices().nth(LONGEST).map_or(text, |(end, _)| text.get(..end).unwrap_or_default());
        let kept: Vec<String> =
            text.split_whitespace().filter(|word| !is_date(word) && !is_iban(&bare(word))).map(str::to_uppercase).collect();
        let line = kept.join(" ");
        self.joined.push_str(&without_ibans(&bare(&line)));
        self.solid.push_str(&without_ibans(&solid(&line)));
        for word in &kept {
            let pieces = pieces(word).filter_map(as_digits);
            self.retyped.extend(pieces);
            self.words.extend(std::iter::once(bare(word)).chain(self::pieces(word).map(str::to_owned)).filter(|word| !word.is_empty()));
        }
        self.raw.push_str(&line);
        // What is behind belongs to another text.
        for text in [&mut self.raw, &mut self.solid, &mut self.joined] {
            text.push('|');
        }
    }

    /// One of the fields is this number.
    pub(super) fn has_reference(&self, number: &Number) -> bool {
        !number.bare.is_empty() && self.exact.contains(&number.bare)
    }

    /// The number is in the text, and no digit beside it.
    pub(super) fn find(&self, number: &Number) -> Option<Found> {
        let Number { written, bare } = number;
        if !is_distinct(bare) {
            return None;
        }
        let whole = contains(&self.solid, bare)
            || self.retyped.iter().any(|piece| contains(piece, bare))
            || (written != bare && contains(&self.raw, written));
        match whole {
            true => Some(Found::Whole),
            false => contains(&self.joined, bare).then_some(Found::Joined),
        }
    }

    /// A word that is one mistake away from the number.
    pub(super) fn has_mistyped(&self, number: &Number) -> bool {
        let number = &number.bare;
        let long = is_distinct(number) && number.len() > SHORTEST;
        long && self.words.iter().any(|word| word.len().abs_diff(number.len()) <= 1 && strsim::osa_distance(word, number) == 1)
    }
}

/// The text of a payment, once as if its bank had cut it into pieces in the middle of words, once as if between them.
pub(super) fn texts(purpose: &[String]) -> [String; 2] {
    let mut cut = String::new();
    for piece in purpose {
        cut.push_str(piece);
        if piece.chars().count() < CUT {
            cut.push(' ');
        }
    }
    [cut, purpose.join(" ")]
}

/// Letters and digits of a word between its other characters.
pub(super) fn pieces(word: &str) -> impl Iterator<Item = &str> {
    word.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty())
}

/// `ORD-100 4711` is `ORD100|4711`.
fn solid(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut parted = false;
    for c in line.chars() {
        if !c.is_alphanumeric() {
            parted = true;
            continue;
        }
        if parted && c.is_ascii_digit() && text.ends_with(|last: char| last.is_ascii_digit()) {
            text.push('|');
        }
        text.push(c);
        parted = false;
    }
    text
}

fn is_distinct(number: &str) -> bool {
    number.len() >= SHORTEST && number.bytes().filter(u8::is_ascii_digit).count() >= FEWEST_DIGITS
}

fn contains(text: &str, number: &str) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let starts = digit(number.chars().next());
    let ends = digit(number.chars().next_back());
    text.match_indices(number).any(|(at, found)| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + found.len()..).unwrap_or_default());
        let longer = (starts && digit(before.chars().next_back())) || (ends && digit(after.chars().next()));
        !longer
    })
}

/// A word of digits in which letters were typed for digits that look alike; `None`: there are none.
fn as_digits(word: &str) -> Option<String> {
    let alike = |c| match c {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    (digits >= FEWEST_DIGITS && word.contains(['O', 'I', 'L'])).then(|| word.chars().map(alike).collect())
}

/// `13.02.2026`, `13.2.26`, `2026-02-13`, `13/02/2026`
fn is_date(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_punctuation());
    let separator = ['.', '-', '/'].into_iter().find(|separator| word.matches(*separator).count() == 2);
    let Some(separator) = separator else { return false };
    let lengths: Vec<usize> = word.split(separator).filter(|part| all_digits(part)).map(str::len).collect();
    matches!(lengths.as_slice(), [1..=2, 1..=2, 2 | 4] | [4, 1..=2, 1..=2])
}

fn is_iban(word: &str) -> bool {
    IBANS.iter().any(|(country, length)| word.starts_with(country) && word.len() == *length) && checks_out(word)
}

/// Why a text in capitals, without blanks, is no IBAN.
pub(crate) fn iban_fault(text: &str) -> Option<Worded> {
    let country = IBANS.iter().find(|(country, _)| text.starts_with(country));
    let has_length = country.map_or((15..=34).contains(&text.len()), |(_, length)| text.len() == *length);
    match (has_length, checks_out(text)) {
        (false, _) => Some(Worded::new("it has too few or too many characters", "sie hat zu wenige oder zu viele Zeichen")),
        (true, false) => Some(Worded::new("its check digits do not fit the others", "ihre Prüfziffern passen nicht zu den übrigen")),
        (true, true) => None,
    }
}

/// The text with a break for each IBAN in it.
fn without_ibans(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let iban = IBANS
            .iter()
            .filter(|(country, _)| rest.starts_with(country))
            .find_map(|(_, length)| rest.get(..*length).filter(|text| checks_out(text)));
        match iban {
            Some(iban) => {
                kept.push('|');
                rest = rest.get(iban.len()..).unwrap_or_default();
            }
            None => {
                kept.push(next);
                rest = rest.get(next.len_utf8()..).unwrap_or_default();
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests;
