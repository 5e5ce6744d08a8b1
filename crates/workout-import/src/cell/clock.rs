//! Dates and times as clocks showed them, and which moments those were.

use workout_events::jiff::civil::{Date, DateTime, Time};
use workout_events::jiff::tz::{AmbiguousOffset, Offset};
use workout_events::jiff::{SignedDuration, Timestamp};
use workout_events::{Moment, ZoneName};

use super::month::month;
use crate::reason::Reason;

/// Words between the parts of a date.
const FILLERS: [&str; 9] = ["de", "of", "at", "um", "à", "в", "г", "om", "uhr"];

/// Reads a date and a time: `28 Mar 2025, 17:29`, `Mar 28, 2025, 5:29 PM`, `2025-03-28 17:29:00`, `28.03.2025, 17:29`.
///
/// Of `03/04/2025` nobody can tell the month, unless one of the numbers is above twelve.
pub(crate) fn civil(text: &str, column: &'static str) -> Result<DateTime, Reason> {
    let refused = || Reason::NotATime(column);
    let mut numbers: Vec<&str> = Vec::new();
    let mut clock = None;
    let (mut named, mut afternoon) = (None, None);
    let is_slashed = text.contains('/');
    for token in tokens(text) {
        if token.contains(':') {
            if clock.replace(token).is_some() {
                return Err(refused());
            }
        } else if token.starts_with(|c: char| c.is_ascii_digit()) {
            numbers.push(token);
        } else {
            match token.to_lowercase().as_str() {
                "am" | "a" => afternoon = Some(false),
                "pm" | "p" => afternoon = Some(true),
                // What is left of "p.m.".
                "m" | "t" => {}
                word if FILLERS.contains(&word) => {}
                word => {
                    if named.replace(month(word).ok_or_else(refused)?).is_some() {
                        return Err(refused());
                    }
                }
            }
        }
    }
    let date = match (named, &numbers[..]) {
        (Some(month), [a, b]) => {
            let (year, day) = if a.len() == 4 { (a, b) } else { (b, a) };
            date(year, month, day)
        }
        (None, [year, month, day]) if year.len() == 4 => date(year, month.parse().map_err(|_| refused())?, day),
        (None, [a, b, year]) if year.len() == 4 => {
            let (first, second): (i8, i8) = (a.parse().map_err(|_| refused())?, b.parse().map_err(|_| refused())?);
            match (is_slashed, first > 12, second > 12) {
                (true, false, false) if first != second => return Err(Reason::AmbiguousDate(column)),
                (_, false, true) => date(year, first, b),
                _ => date(year, second, a),
            }
        }
        _ => None,
    };
    let time = clock.and_then(|text| time(text, afternoon));
    Ok(date.ok_or_else(refused)?.to_datetime(time.ok_or_else(refused)?))
}

/// The moment of a date and time in a zone. What clocks showed twice was the first time.
pub(crate) fn resolve(at: DateTime, zone: ZoneName, column: &'static str) -> Result<Moment, Reason> {
    first_after(at, zone, Timestamp::MIN, column)
}

/// The same for an end: what clocks showed twice was the first time that is later than the start.
pub(crate) fn resolve_end(
    at: DateTime,
    zone: ZoneName,
    started: Moment,
    column: &'static str,
) -> Result<Moment, Reason> {
    first_after(at, zone, started.timestamp(), column)
}

fn first_after(at: DateTime, zone: ZoneName, after: Timestamp, column: &'static str) -> Result<Moment, Reason> {
    if !(1970..=2199).contains(&at.year()) {
        return Err(Reason::Year(column));
    }
    let offsets = match zone.zone().to_ambiguous_timestamp(at).offset() {
        AmbiguousOffset::Unambiguous { offset } => [offset, offset],
        AmbiguousOffset::Fold { before, after } => [before, after],
        AmbiguousOffset::Gap { .. } => return Err(Reason::NoSuchTime { column, zone }),
    };
    let moment = |offset: Offset| {
        let timestamp = offset.to_timestamp(at).map_err(|_| Reason::NotATime(column))?;
        Ok(Moment::new(timestamp, offset))
    };
    let first = moment(offsets[0])?;
    if first.timestamp() > after { Ok(first) } else { moment(offsets[1]) }
}

/// Numbers, words, and times of day with their colons.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_part: fn(char) -> bool = if first.is_ascii_digit() {
            |c| c.is_ascii_digit() || c == ':'
        } else if first.is_alphabetic() && !is_cjk(first) {
            |c| c.is_alphabetic()
        } else {
            rest = &rest[first.len_utf8()..];
            continue;
        };
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        found.push(&rest[..end]);
        rest = &rest[end..];
    }
    found
}

/// The signs for year, month and day stand where others have a hyphen.
fn is_cjk(c: char) -> bool {
    matches!(c, '年' | '月' | '日' | '년' | '월' | '일')
}

fn date(year: &str, month: i8, day: &str) -> Option<Date> {
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

fn time(text: &str, afternoon: Option<bool>) -> Option<Time> {
    let parts: Vec<i8> = text.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let hour = match (afternoon, hour) {
        (None, hour) => hour,
        (Some(false), 12) => 0,
        (Some(true), 12) => 12,
        (Some(false), 1..12) => hour,
        (Some(true), 1..12) => hour + 12,
        (Some(_), _) => return None,
    };
    Time::new(hour, minute, second, 0).ok()
}

/// Seconds later.
pub(crate) fn later(moment: Moment, seconds: u32) -> Option<Moment> {
    let at = moment.timestamp().checked_add(SignedDuration::from_secs(seconds.into())).ok()?;
    Some(Moment::new(at, moment.offset()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_phones_write_them() {
        #[track_caller]
        fn check(text: &str, want: &str) {
            assert_eq!(civil(text, "start_time").map(|it| it.to_string()).as_deref(), Ok(want), "{text}");
        }
        check("28 Mar 2025, 17:29", "2025-03-28T17:29:00");
        check("Mar 28, 2025, 5:29 PM", "2025-03-28T17:29:00");
        check("Mar 28, 2025 at 12:29\u{202f}AM", "2025-03-28T00:29:00");
        check("28 de mar. de 2025, 17:29", "2025-03-28T17:29:00");
        check("28 févr. 2025, 17:29", "2025-02-28T17:29:00");
        check("28. März 2025 um 17:29 Uhr", "2025-03-28T17:29:00");
        check("28 мар. 2025 г., 17:29", "2025-03-28T17:29:00");
        check("2025年3月28日 17:29", "2025-03-28T17:29:00");
        check("2025-03-28 17:29:05", "2025-03-28T17:29:05");
        check("2025-03-28T17:29", "2025-03-28T17:29:00");
        check("2025-03-28 5:29:05 p.m.", "2025-03-28T17:29:05");
        check("28.03.2025, 17:29", "2025-03-28T17:29:00");
        check("28/03/2025 17:29", "2025-03-28T17:29:00");
        check("3/28/2025, 5:29 PM", "2025-03-28T17:29:00");
        check("29 Feb 2024, 00:00", "2024-02-29T00:00:00");
    }

    #[test]
    fn what_is_no_time_or_could_be_two_is_refused() {
        for text in [
            "",
            "17:29",
            "28 Mar 2025",
            "30 Feb 2025, 17:29",
            "28 Mar 2025, 24:00",
            "28 Mar 25, 17:29",
            "28 Mar 2025, 17:29 17:30",
            "2025-03-28T17:29:00Z",
            "2025-03-28T17:29:00+01:00",
            "28 Foo 2025, 17:29",
            "28 Mar 2025, 13:29 PM",
            "1743182940",
        ] {
            assert_eq!(civil(text, "x"), Err(Reason::NotATime("x")), "{text}");
        }
        assert_eq!(civil("03/04/2025 17:29", "x"), Err(Reason::AmbiguousDate("x")));
        assert!(civil("04/04/2025 17:29", "x").is_ok());
    }

    #[test]
    fn clocks_that_were_changed_show_some_times_twice_and_some_never() {
        let berlin = ZoneName::new("Europe/Berlin").expect("a zone");
        let at = |text: &str| civil(text, "x").expect("a time");
        let first = resolve(at("2025-10-26 02:40"), berlin, "x").expect("there were two");
        assert_eq!(first.to_string(), "2025-10-26T02:40:00+02:00");
        let end = resolve_end(at("2025-10-26 02:20"), berlin, first, "x").expect("there were two");
        assert_eq!(end.to_string(), "2025-10-26T02:20:00+01:00");
        let never = resolve(at("2025-03-30 02:30"), berlin, "x");
        assert_eq!(never, Err(Reason::NoSuchTime { column: "x", zone: berlin }));
    }
}
