//! A moment, as an operator says it.

use workout_events::Moment;
use workout_events::jiff::{SignedDuration, Timestamp};

/// A moment in RFC 3339, or how long ago it was: `90s`, `30m`, `2h`, `7d`.
pub(super) fn parse(text: &str) -> Result<Timestamp, String> {
    moment(text, Timestamp::now())
}

fn moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(moment) = Moment::parse(text) {
        return Ok(moment.timestamp());
    }
    ago(text)
        .and_then(|ago| now.checked_sub(ago).ok())
        .ok_or_else(|| "a moment is 2026-03-28T17:29:00Z, or how long ago it was: 90s, 30m, 2h, 7d".to_owned())
}

/// So long ago: `90s`, `30m`, `2h`, `7d`.
pub(crate) fn ago(text: &str) -> Option<SignedDuration> {
    let unit = text.chars().last()?;
    let number = text.strip_suffix(unit)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = is_number.then(|| number.parse().ok()).flatten()?;
    Some(SignedDuration::from_secs(number.checked_mul(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_said_in_two_ways() {
        #[track_caller]
        fn check(text: &str, want: Option<&str>) {
            let now = "2026-03-28T17:29:00Z".parse().unwrap();
            let read = moment(text, now);
            assert_eq!(read.ok().map(|time| time.to_string()).as_deref(), want, "{text}");
        }
        check("2026-03-28T17:29:00+01:00", Some("2026-03-28T16:29:00Z"));
        check("90s", Some("2026-03-28T17:27:30Z"));
        check("30m", Some("2026-03-28T16:59:00Z"));
        check("2h", Some("2026-03-28T15:29:00Z"));
        check("7d", Some("2026-03-21T17:29:00Z"));
        check("0s", Some("2026-03-28T17:29:00Z"));
        for wrong in ["", "h", "2", "2w", "-2h", "+2h", "1.5h", "2 h", "yesterday", "2026-03-28", "2ä", "٢h"] {
            check(wrong, None);
        }
        check("99999999999999999999d", None);
        check("9999999999999d", None);
    }
}
