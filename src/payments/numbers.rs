//! Numbers of orders in the text of a payment: written with blanks, hyphens or the letter O, cut in two, or mistyped.

use super::statement::{all_digits, checks_out};
use crate::domain::payment::Entry;

/// Characters of a number that is looked for in a text, and digits of these: shorter ones are in dates, postcodes and IBANs.
const SHORTEST: usize = 5;
const FEWEST_DIGITS: usize = 3;

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

/// The text of a payment, made ready to look for numbers.
pub(super) struct Haystack {
    /// The whole text in one piece, its lines joined without and with a blank.
    joined: String,
    words: Vec<String>,
    /// Numbers in fields of their own.
    exact: Vec<String>,
}

impl Haystack {
    pub(super) fn of(entry: &Entry) -> Haystack {
        let named = || entry.references.iter().chain(&entry.end_to_end_id);
        let mut words = Vec::new();
        let mut joined = String::new();
        for text in [entry.purpose.concat(), entry.purpose.join(" ")].iter().chain(named()) {
            let text = text.char_indices().nth(LONGEST).map_or(text.as_str(), |(end, _)| text.get(..end).unwrap_or_default());
            let kept: Vec<String> =
                text.split_whitespace().filter(|word| !is_date(word)).map(bare).filter(|word| !word.is_empty()).collect();
            joined.push_str(&without_ibans(&kept.concat()));
            // What is behind belongs to another text.
            joined.push('|');
            words.extend(kept.into_iter().filter(|word| !is_iban(word)));
        }
        words.sort_unstable();
        words.dedup();
        let exact = named().map(|text| bare(text)).flat_map(|text| {
            let inner = of_creditor_reference(&text).map(str::to_owned);
            [Some(text), inner].into_iter().flatten()
        });
        Haystack { exact: exact.collect(), joined, words }
    }

    /// One of the fields is this number.
    pub(super) fn has_reference(&self, number: &str) -> bool {
        !number.is_empty() && self.exact.iter().any(|text| text == number)
    }

    /// The number is in the text, and no digit beside it.
    pub(super) fn has_number(&self, number: &str) -> bool {
        is_distinct(number)
            && (contains(&self.joined, number)
                || self.words.iter().any(|word| contains(word, number) || contains(&as_digits(word), number)))
    }

    /// A word that is one mistake away from the number.
    pub(super) fn has_mistyped(&self, number: &str) -> bool {
        let long = is_distinct(number) && number.len() > SHORTEST;
        long && self.words.iter().any(|word| word.len().abs_diff(number.len()) <= 1 && strsim::osa_distance(word, number) == 1)
    }
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

/// A word of digits in which letters were typed for digits that look alike.
fn as_digits(word: &str) -> String {
    if word.bytes().filter(u8::is_ascii_digit).count() < FEWEST_DIGITS {
        return word.to_owned();
    }
    let alike = |c| match c {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    word.chars().map(alike).collect()
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
mod tests {
    use super::{Haystack, bare};
    use crate::domain::payment::Entry;

    fn text(pieces: &[&str]) -> Haystack {
        Haystack::of(&Entry { purpose: pieces.iter().map(|piece| (*piece).to_owned()).collect(), ..Entry::default() })
    }

    #[test]
    fn a_number_is_found_however_it_is_written() {
        for pieces in [
            &["Bestellung 1004711 danke"][..],
            &["Bestellung 100", "4711 danke"],
            &["Bestellung 100 4711 danke"],
            &["Best.-Nr.100-4711/danke"],
            &["1OO4711"],
            &["best 10047l1"],
            &["12 1004711 5"],
            &["1004710 1004711"],
            &["ORD1004711UND"],
        ] {
            assert!(text(pieces).has_number("1004711"), "{pieces:?}");
        }
        assert!(text(&["ord 1004711x"]).has_number(&bare("ORD-1004711")));
    }

    #[test]
    fn a_part_of_something_else_is_no_number() {
        for pieces in [
            &["Bestellung 10047112"][..],
            &["91004711"],
            &["DE58 9999 0002 0000 7777 01"],
            &["von DE58999900020000777701"],
            &["1004", "712"],
        ] {
            assert!(!text(pieces).has_number("1004711"), "{pieces:?}");
        }
        assert!(!text(&["DE58 9999 0002 0000 7777 01"]).has_number("99990002"));
        assert!(!text(&["vom 13.02.2026"]).has_number("13022026"), "a date");
        assert!(!text(&["Nr 4711"]).has_number("4711"), "too short to mean anything");
    }

    #[test]
    fn fields_of_their_own_are_compared_as_a_whole() {
        let entry = Entry { end_to_end_id: Some("ORD-1004712".into()), references: vec!["RF18539007547034".into()], ..Entry::default() };
        let found = Haystack::of(&entry);
        assert!(found.has_reference("ORD1004712") && found.has_reference("539007547034"));
        assert!(!found.has_reference("1004712") && found.has_number("1004712"));
    }

    #[test]
    fn one_mistake_is_seen_and_two_are_not() {
        for (pieces, number, seen) in [
            ("1004771", "1004711", true),
            ("1007411", "1004711", true),
            ("1007711", "1004711", true),
            ("1009911", "1004711", false),
            ("4712", "4711", false),
        ] {
            assert_eq!(text(&[pieces]).has_mistyped(number), seen, "{pieces}");
        }
    }
}
