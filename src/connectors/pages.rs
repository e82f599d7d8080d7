//! Reading a long list page by page, while it changes.

use serde::{Deserialize, Serialize};

use super::ChannelError;

/// Where the next page starts in a shop that counts rows only. Records that are deleted meanwhile move the later ones up. So
/// a page repeats the last row of the page before; where it does not, rows were passed over, and the reading goes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub skip: usize,
    /// The record that must be there; none after going back, so that the reading gets on.
    first: Option<String>,
}

impl Place {
    /// An unreadable place comes from another version: the reading starts again.
    pub(crate) fn read(cursor: Option<&str>) -> Place {
        cursor.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Place { skip: 0, first: None })
    }

    /// Where to go on after a page with these ids out of `total`, asked for with `page` rows; `None` at the end.
    pub(crate) fn next(&self, ids: &[&str], total: usize, page: usize) -> Option<Place> {
        let moved = self.first.as_deref().is_some_and(|first| ids.first() != Some(&first));
        if moved {
            return Some(Place { skip: self.skip.saturating_sub(page / 2), first: None });
        }
        let reached = self.skip.saturating_add(ids.len());
        let last = ids.last().filter(|_| reached < total && ids.len() > 1)?;
        Some(Place { skip: reached.saturating_sub(1), first: Some((*last).to_owned()) })
    }

    pub(crate) fn write(&self) -> Result<String, ChannelError> {
        serde_json::to_string(self).map_err(|error| ChannelError::Protocol { reason: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    const PAGE: usize = 100;

    fn place(skip: usize, first: Option<&str>) -> Place {
        Place { skip, first: first.map(str::to_owned) }
    }

    #[test]
    fn a_page_repeats_the_last_row_of_the_page_before() {
        let start = Place::read(None);
        assert_eq!(start.next(&["1", "2", "3"], 5, PAGE), Some(place(2, Some("3"))));
        assert_eq!(place(2, Some("3")).next(&["3", "4", "5"], 5, PAGE), None);
        assert_eq!(start.next(&[], 0, PAGE), None);
        assert_eq!(Place::read(Some("nonsense")), start);
    }

    #[test]
    fn rows_that_were_passed_over_are_read_again_and_the_reading_gets_on() {
        // Variant 2 was deleted: 4 is where 3 was.
        let back = place(PAGE, Some("3")).next(&["4", "5"], 300, PAGE).unwrap();
        assert_eq!(back, place(PAGE / 2, None));
        assert_eq!(back.next(&["3", "4", "5"], 300, PAGE), Some(place(PAGE / 2 + 2, Some("5"))));
        assert_eq!(place(0, Some("3")).next(&[], 0, PAGE), Some(place(0, None)), "and ends with an empty shop");
        assert_eq!(place(0, None).next(&[], 0, PAGE), None);
    }
}
