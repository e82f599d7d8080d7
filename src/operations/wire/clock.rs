//! How points in time and days are written, by clients and by us.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;

use crate::domain::Stamp;
use crate::operations::Face;

/// With an offset: `+01:00`, `+0100` or `+01`.
const ZONED: [&str; 3] = ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"];
const LOCAL: [&str; 3] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"];

/// A point in time. Written in UTC with `Z` and whole seconds on the typed face (rule W14), with milliseconds and the
/// offset of the mandator's zone on the compat face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Time {
    At(DateTime<Utc>),
    /// Read without an offset: the mandator's local time.
    Local(NaiveDateTime),
    /// To be written in this zone.
    In(DateTime<Utc>, Tz),
}

impl Default for Time {
    fn default() -> Self {
        Time::At(DateTime::UNIX_EPOCH)
    }
}

impl Time {
    /// For an answer.
    pub fn of(stamp: Stamp, zone: Tz) -> Time {
        Time::In(stamp.to_utc().unwrap_or_default(), zone)
    }

    /// A time without offset is local in `zone`; of two (end of summer time) the earlier, of none the one an hour later.
    pub fn resolve(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Time::At(time) | Time::In(time, _) => time,
            Time::Local(local) => zone
                .from_local_datetime(&local)
                .earliest()
                .or_else(|| zone.from_local_datetime(&(local + chrono::TimeDelta::hours(1))).earliest())
                .map_or_else(|| local.and_utc(), |time| time.with_timezone(&Utc)),
        }
    }

    pub fn stamp(self, zone: Tz) -> Stamp {
        Stamp::from_utc(self.resolve(zone))
    }
}

/// A time in any form that clients send. `24:00:00` is the beginning of the next day.
pub(super) fn read(text: &str) -> Option<Time> {
    match midnight(text) {
        Some(earlier) => match read_before_midnight(&earlier)? {
            Time::At(time) | Time::In(time, _) => at(time.checked_add_days(Days::new(1))?),
            Time::Local(time) => local(time.checked_add_days(Days::new(1))?),
        },
        None => read_before_midnight(text),
    }
}

fn read_before_midnight(text: &str) -> Option<Time> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return at(time.to_utc());
    }
    if let Some(time) = ZONED.iter().find_map(|format| DateTime::parse_from_str(text, format).ok()) {
        return at(time.to_utc());
    }
    if let Some(time) = LOCAL.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()) {
        return local(time);
    }
    local(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN))
}

/// The same text with `00:00:00` for `24:00:00`.
fn midnight(text: &str) -> Option<String> {
    let (day, time) = text.split_at_checked("2026-01-31T".len())?;
    let rest = time.strip_prefix("24:00")?;
    let end = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let is_exact = rest.get(..end)?.bytes().all(|byte| matches!(byte, b':' | b'.' | b'0'));
    is_exact.then(|| format!("{day}00:00{rest}"))
}

/// The database keeps microseconds of the years 1 to 9999, and xs:dateTime has no other years and no leap seconds.
fn at(time: DateTime<Utc>) -> Option<Time> {
    let time = DateTime::from_timestamp_micros(time.timestamp_micros())?;
    is_written(time.year()).then_some(Time::At(time))
}

fn local(time: NaiveDateTime) -> Option<Time> {
    let time = DateTime::from_timestamp_micros(time.and_utc().timestamp_micros())?.naive_utc();
    is_written(time.year()).then_some(Time::Local(time))
}

fn is_written(year: i32) -> bool {
    (1..=9999).contains(&year)
}

/// A day; a time is read for its day.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    if let Some(time) = midnight(text).and_then(|_| read(text)) {
        return match time {
            Time::Local(time) => Some(time.date()),
            // The day is meant as written, whatever the offset.
            Time::At(_) | Time::In(..) => plain_day(text)?.checked_add_days(Days::new(1)),
        };
    }
    plain_day(text)
}

fn plain_day(text: &str) -> Option<NaiveDate> {
    let day = text.get(..10).filter(|_| text.get(10..11).is_none_or(|c| "T Z+-".contains(c)))?;
    let has_form = day.bytes().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    NaiveDate::parse_from_str(day, "%Y-%m-%d").ok().filter(|day| has_form && is_written(day.year()))
}

/// A time as the face writes it. What a channel sent may lie outside the years that can be written: the nearest is.
pub(super) fn text(time: Time, face: Face) -> String {
    match (face, time) {
        (Face::Typed, Time::At(time) | Time::In(time, _)) => nearest(time).to_rfc3339_opts(SecondsFormat::Secs, true),
        (Face::Typed, Time::Local(local)) => local.format("%Y-%m-%dT%H:%M:%S").to_string(),
        (Face::Compat, Time::At(time)) => nearest(time).to_rfc3339_opts(SecondsFormat::Millis, false),
        (Face::Compat, Time::In(time, zone)) => {
            let (time, there) = (nearest(time), nearest(time).with_timezone(&zone));
            match is_written(there.year()) {
                true => there.to_rfc3339_opts(SecondsFormat::Millis, false),
                false => time.to_rfc3339_opts(SecondsFormat::Millis, false),
            }
        }
        (Face::Compat, Time::Local(local)) => local.format("%Y-%m-%dT%H:%M:%S%.3f").to_string(),
    }
}

fn nearest(time: DateTime<Utc>) -> DateTime<Utc> {
    let edge = match time.year() {
        ..=0 => NaiveDate::from_ymd_opt(1, 1, 1).map(|day| day.and_time(NaiveTime::MIN)),
        10_000.. => NaiveDate::from_ymd_opt(9999, 12, 31).and_then(|day| day.and_hms_opt(23, 59, 59)),
        _ => None,
    };
    edge.map_or(time, |edge| edge.and_utc())
}

#[cfg(test)]
mod tests {
    use super::{day, read, text};
    use crate::operations::Face;
    use crate::operations::wire::Time;

    fn shown(sent: &str) -> Option<String> {
        read(sent).map(|time| text(time, Face::Typed))
    }

    #[test]
    fn times_are_read_in_every_form_that_clients_send() {
        for (sent, expected) in [
            ("2020-06-20T15:42:00.000+02:00", "2020-06-20T13:42:00Z"),
            ("2012-01-01T00:00:00+01:00", "2011-12-31T23:00:00Z"),
            ("2020-11-27T10:00:00", "2020-11-27T10:00:00"),
            ("2020-11-27 10:00:00", "2020-11-27T10:00:00"),
            ("2020-11-27T10:00", "2020-11-27T10:00:00"),
            ("2020-11-27T10:00:00.123456789", "2020-11-27T10:00:00"),
            ("2020-11-27T10:00:00Z", "2020-11-27T10:00:00Z"),
            ("2020-11-27", "2020-11-27T00:00:00"),
            ("2020-11-27T10:00:00+0100", "2020-11-27T09:00:00Z"),
            ("2020-11-27T10:00:00.5-0330", "2020-11-27T13:30:00Z"),
            ("2020-11-27T10:00:00+01", "2020-11-27T09:00:00Z"),
            ("2020-11-27 10:00:00+01", "2020-11-27T09:00:00Z"),
            ("2020-11-27T10:00+0100", "2020-11-27T09:00:00Z"),
            ("2020-11-30T24:00:00", "2020-12-01T00:00:00"),
            ("2020-11-30T24:00:00.000+01:00", "2020-11-30T23:00:00Z"),
            ("2020-12-31T24:00:00Z", "2021-01-01T00:00:00Z"),
            ("2020-11-30T24:00", "2020-12-01T00:00:00"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ] {
            assert_eq!(shown(sent).as_deref(), Some(expected), "{sent}");
        }
        #[rustfmt::skip]
        let refused = [
            "27.11.2020", "2020-11-27T24:00:01", "2020-11-27T25:00:00", "2020-11-27T24:01:00Z", "2020-11-27T10:00:00+1", "",
            "9999-12-31T24:00:00Z", "0000-12-31T10:00:00", "10000-01-01T00:00:00Z", "2020-02-30T24:00:00",
        ];
        for sent in refused {
            assert_eq!(shown(sent), None, "{sent}");
        }
    }

    #[test]
    fn a_day_is_read_from_a_time_as_it_is_written() {
        for (sent, expected) in [
            ("2020-11-27", Some("2020-11-27")),
            ("2020-11-27T23:00:00-05:00", Some("2020-11-27")),
            ("2020-11-30T24:00:00", Some("2020-12-01")),
            ("2020-11-30T24:00:00+02:00", Some("2020-12-01")),
            ("10000-1-01", None),
            ("-001-01-01", None),
            ("0000-01-01", None),
            ("27.11.2020", None),
            ("2020-11-27x", None),
        ] {
            assert_eq!(day(sent).map(|day| day.to_string()).as_deref(), expected, "{sent}");
        }
    }

    #[test]
    fn a_time_without_zone_is_local_in_the_mandators_zone() {
        let berlin = chrono_tz::Europe::Berlin;
        let time = read("2020-06-20T15:42:00").map(|t| t.resolve(berlin).to_rfc3339());
        assert_eq!(time.as_deref(), Some("2020-06-20T13:42:00+00:00"));
        let skipped = read("2026-03-29T02:30:00").map(|t| t.resolve(berlin).to_rfc3339());
        assert_eq!(skipped.as_deref(), Some("2026-03-29T01:30:00+00:00"));
    }

    #[test]
    fn what_is_written_has_a_year_of_four_digits() {
        let at = |seconds: i64| chrono::DateTime::from_timestamp(seconds, 0).expect("a time");
        let berlin = chrono_tz::Europe::Berlin;
        let (last, late, early) = (at(253_402_300_799), at(400_000_000_000), at(-100_000_000_000));
        for (time, typed, compat) in [
            (Time::In(last, berlin), "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000+00:00"),
            (Time::In(late, berlin), "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000+00:00"),
            (Time::At(late), "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000+00:00"),
            (Time::At(early), "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000+00:00"),
        ] {
            assert_eq!((text(time, Face::Typed).as_str(), text(time, Face::Compat).as_str()), (typed, compat));
        }
    }
}
