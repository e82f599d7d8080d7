//! What an import did, or would do.

use crate::domain::layout::{columns, short};

/// Characters of a reason.
const WIDEST: usize = 400;

/// A record that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) key: String,
    pub(crate) text: String,
}

/// What became of records of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) new: usize,
    pub(crate) changed: usize,
    pub(crate) unchanged: usize,
    pub(crate) troubles: Vec<Trouble>,
    /// Number in the source, number here.
    pub(crate) renumbered: Vec<(String, i32)>,
}

impl Tally {
    pub(super) fn add(&mut self, other: Tally) {
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.troubles.extend(other.troubles);
        self.renumbered.extend(other.renumbered);
    }
}

/// What an import did.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) rehearsal: bool,
    pub(crate) kinds: Vec<(&'static str, Tally)>,
    /// What could not be read, or is to be looked at.
    pub(crate) notes: Vec<String>,
    /// Kinds that could not be read at all.
    pub(crate) unread: Vec<String>,
}

impl Report {
    /// Everything was taken over.
    pub(crate) fn is_complete(&self) -> bool {
        self.unread.is_empty() && self.kinds.iter().all(|(_, tally)| tally.troubles.is_empty())
    }

    pub(crate) fn text(&self) -> String {
        let mut rows = vec![["", "new", "changed", "unchanged", "not taken over"].map(str::to_owned)];
        for (name, tally) in &self.kinds {
            let counts = [tally.new, tally.changed, tally.unchanged, tally.troubles.len()].map(|count| count.to_string());
            let [new, changed, unchanged, troubles] = counts;
            rows.push([(*name).to_owned(), new, changed, unchanged, troubles]);
        }
        let mut text = columns(&rows);
        for (name, tally) in &self.kinds {
            for Trouble { key, text: reason } in &tally.troubles {
                text.push_str(&format!("not taken over: {name} {}: {}\n", short(key, 80), short(reason, WIDEST)));
            }
        }
        for unread in &self.unread {
            text.push_str(&format!("not read: {}\n", short(unread, WIDEST)));
        }
        for (name, tally) in &self.kinds {
            for (there, here) in &tally.renumbered {
                text.push_str(&format!("other number: {name} {} is {here} here\n", short(there, 80)));
            }
        }
        for note in &self.notes {
            text.push_str(&format!("note: {}\n", short(note, WIDEST)));
        }
        if self.rehearsal {
            text.push_str("This was a rehearsal: nothing was stored.\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Report, Tally, Trouble};

    #[test]
    fn what_was_not_taken_over_is_listed_with_its_reason_and_makes_the_import_incomplete() {
        let trouble = Trouble { key: "7 (MUG)".into(), text: "no name\nat all".into() };
        let tally = Tally { new: 2, troubles: vec![trouble], renumbered: vec![("5".into(), 12)], ..Tally::default() };
        let mut report = Report { rehearsal: true, kinds: vec![("item", tally)], ..Report::default() };
        let text = report.text();
        assert!(text.contains("item  2    0        0          1\n"), "{text}");
        assert!(text.contains("not taken over: item 7 (MUG): no name at all\n"), "one line each: {text}");
        assert!(text.contains("other number: item 5 is 12 here\n") && text.ends_with("nothing was stored.\n"), "{text}");
        assert!(!report.is_complete());
        report.kinds.clear();
        assert!(report.is_complete());
    }
}
