//! Where the polls of a channel go on that lists its orders by a time: new ones from that time on, with an overlap, and where that
//! time does not follow everything that happens, older ones again in rounds.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::ChannelError;

/// How long an order is read again after it was placed, whatever became of it: a buyer has two weeks for a return (directive
/// 2011/83/EU, articles 9 and 13), and the merchant as long for the money.
const READ_AGAIN_DAYS: i64 = 60;
/// Orders become visible when the shop commits them, not in the order of their times; milliseconds are cut off.
const OVERLAP: Duration = Duration::minutes(10);

/// Where the next poll goes on. `skip` is not zero in the middle of a long list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// Of the times by which the channel lists its orders.
    #[serde(alias = "placed_after")]
    pub since: DateTime<Utc>,
    #[serde(default)]
    pub skip: usize,
    /// The round of the orders that are read again goes on behind this time of placing; `None`: it begins.
    #[serde(default)]
    pub again: Option<DateTime<Utc>>,
}

impl Cursor {
    /// An unreadable cursor comes from another connector: the account then starts again.
    pub(crate) fn read(text: Option<&str>, first: DateTime<Utc>) -> Cursor {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Cursor { since: first, skip: 0, again: None })
    }

    pub(crate) fn window_start(&self) -> DateTime<Utc> {
        self.since - OVERLAP
    }

    /// After a page that ended at `reached` of `total` orders, the newest of them at `newest`.
    pub(crate) fn next(&self, reached: usize, total: usize, newest: Option<DateTime<Utc>>) -> (Cursor, bool) {
        if reached < total {
            (Cursor { skip: reached, ..self.clone() }, true)
        } else {
            (Cursor { since: newest.map_or(self.since, |newest| newest.max(self.since)), skip: 0, again: self.again }, false)
        }
    }

    pub(crate) fn write(&self) -> Result<String, ChannelError> {
        serde_json::to_string(self).map_err(|error| ChannelError::Protocol { reason: error.to_string() })
    }
}

/// Where the next poll goes on at a channel that lists orders by the time of their last change. An order that changes while the list is
/// read moves to its end, and those behind it move up: so a page is asked for by the time where the one before ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Changes {
    since: DateTime<Utc>,
    /// In the middle of a long list: where the page before ended.
    #[serde(default)]
    at: Option<DateTime<Utc>>,
    /// Orders of that very time that were read.
    #[serde(default)]
    skip: usize,
    /// As in [`Cursor`].
    #[serde(default)]
    pub again: Option<DateTime<Utc>>,
}

impl Changes {
    /// An unreadable cursor comes from another connector: the account then starts again.
    pub(crate) fn read(text: Option<&str>, first: DateTime<Utc>) -> Changes {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Changes { since: first, at: None, skip: 0, again: None })
    }

    pub(crate) fn write(&self) -> Result<String, ChannelError> {
        serde_json::to_string(self).map_err(|error| ChannelError::Protocol { reason: error.to_string() })
    }

    /// The first page of a poll.
    pub(crate) fn begins(&self) -> bool {
        self.at.is_none()
    }

    /// The time from which on a page is asked for, itself included, and how many orders of it are known.
    pub(crate) fn start(&self) -> (DateTime<Utc>, usize) {
        (self.at.unwrap_or(self.since - OVERLAP), self.skip)
    }

    /// After a page with orders of these times, oldest first; `full`: as many as were asked for. Whether another page waits.
    pub(crate) fn next(&self, page: &[DateTime<Utc>], full: bool) -> (Changes, bool) {
        let last = page.last().copied();
        match last {
            Some(last) if full && last > self.start().0 => {
                // Stamps are cut to milliseconds: orders of the last one may be on the next page.
                (Changes { at: Some(last), skip: 0, ..self.clone() }, true)
            }
            Some(last) if full => (Changes { at: Some(last), skip: self.skip.saturating_add(page.len()), ..self.clone() }, true),
            last => {
                let newest = last.or(self.at).map_or(self.since, |newest| newest.max(self.since));
                (Changes { since: newest, at: None, skip: 0, again: self.again }, false)
            }
        }
    }
}

/// Where a poll reads past orders again: where the round is, else from the first order that is still read.
pub(crate) fn from(again: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    let first = now - Duration::days(READ_AGAIN_DAYS);
    again.map_or(first, |again| again.max(first))
}

/// Where the round goes on after a page whose last order is of the time `last`; `None`: it begins again.
pub(crate) fn next(last: Option<DateTime<Utc>>, more: bool, again: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    last.filter(|last| more && again.is_none_or(|again| *last > again))
}

/// As shops write times.
pub(crate) fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::{Changes, Cursor};

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_cursor_overlaps_and_goes_through_a_long_list_page_by_page() {
        // As version 0.1 wrote it.
        let cursor = Cursor::read(Some(r#"{"placed_after":"2025-11-03T12:00:00Z"}"#), time("2025-01-01T00:00:00Z"));
        assert_eq!(cursor.window_start(), time("2025-11-03T11:50:00Z"));
        let (next, more) = cursor.next(500, 1200, Some(time("2025-11-03T13:00:00Z")));
        assert_eq!((&next, more), (&Cursor { since: cursor.since, skip: 500, again: None }, true));
        let (next, more) = next.next(1200, 1200, Some(time("2025-11-03T14:00:00Z")));
        assert_eq!((next, more), (Cursor { since: time("2025-11-03T14:00:00Z"), skip: 0, again: None }, false));
        // Only orders of the overlap came: the cursor does not go back.
        assert_eq!(cursor.next(3, 3, Some(time("2025-11-03T11:55:00Z"))).0, cursor);
        assert_eq!(Cursor::read(Some("17"), time("2025-01-01T00:00:00Z")).since, time("2025-01-01T00:00:00Z"));
    }

    #[test]
    fn a_page_of_changes_is_asked_for_by_the_time_where_the_one_before_ended() {
        let (one, two, three) = (time("2026-11-03T12:01:00Z"), time("2026-11-03T12:02:00Z"), time("2026-11-03T12:03:00Z"));
        let start = Changes::read(None, time("2026-11-03T12:00:00Z"));
        assert_eq!((start.start(), start.begins()), ((time("2026-11-03T11:50:00Z"), 0), true));
        let (next, more) = start.next(&[one, two], true);
        assert_eq!((next.start(), next.begins(), more), ((two, 0), false, true));
        // A whole page of one time: the next one skips it.
        let (same, more) = next.next(&[two, two], true);
        assert_eq!((same.start(), more), ((two, 2), true));
        let same = Changes::read(Some(&same.write().unwrap()), one);
        let (end, more) = same.next(&[two, three], false);
        assert_eq!((end.start(), end.begins(), more), ((time("2026-11-03T11:53:00Z"), 0), true, false));
        assert_eq!(end.next(&[], false).0, end, "nothing new");
        assert_eq!(end.next(&[one], false).0, end, "and it does not go back");
        assert_eq!(next.next(&[], false).0.start().0, time("2026-11-03T11:52:00Z"));
    }
}
