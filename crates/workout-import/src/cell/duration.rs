//! Lengths of time as Strong writes them: `1h 5m`, or seconds.

use super::decimal::Decimal;
use crate::reason::Reason;

/// Reads `1h 5m`, `45m`, `30s`, `1:05:00` and plain seconds, into seconds.
pub(crate) fn duration(text: &str, column: &'static str, comma_is_decimal: bool) -> Result<u32, Reason> {
    let text = text.trim();
    let refused = || Reason::NotADuration(column);
    if text.contains(':') {
        return text.split(':').try_fold(0_u32, |sum, part| {
            let part = if is_digits(part) { part.parse::<u32>().ok() } else { None };
            part.and_then(|part| sum.checked_mul(60)?.checked_add(part)).ok_or_else(refused)
        });
    }
    if text.ends_with(|c: char| c.is_ascii_digit()) {
        let number = Decimal::parse(text, column, comma_is_decimal).map_err(|_| refused())?;
        return number.scaled((1, 1)).filter(|_| !number.is_negative).ok_or_else(refused);
    }
    let mut seconds = 0_u32;
    let mut number = String::new();
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            'h' | 'H' => 3_600,
            'm' | 'M' => 60,
            's' | 'S' => 1,
            _ if c.is_whitespace() => continue,
            _ => return Err(refused()),
        };
        let count: u32 = number.parse().map_err(|_| refused())?;
        number.clear();
        seconds = count.checked_mul(unit).and_then(|more| seconds.checked_add(more)).ok_or_else(refused)?;
    }
    if text.is_empty() || !number.is_empty() { Err(refused()) } else { Ok(seconds) }
}

/// Seconds as `1h 5m`.
pub(crate) fn duration_text(seconds: u64) -> String {
    let parts = [(seconds / 3_600, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')];
    let parts: Vec<_> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read() {
        #[track_caller]
        fn check(text: &str, want: Option<u32>) {
            assert_eq!(duration(text, "Duration", false).ok(), want, "{text}");
        }
        check("1h 5m", Some(3_900));
        check("1h5m", Some(3_900));
        check("29m", Some(1_740));
        check("1h 5m 3s", Some(3_903));
        check("3600", Some(3_600));
        check("90.0", Some(90));
        check("1:05:00", Some(3_900));
        check("0s", Some(0));
        for text in ["", "h", "5x", "1h 5", "-5m", "-5", "1::5", "99999999h", "ninety"] {
            check(text, None);
        }
    }

    #[test]
    fn every_length_comes_back() {
        for seconds in (0..90_000).step_by(7) {
            let text = duration_text(seconds.into());
            assert_eq!(duration(&text, "Duration", false), Ok(seconds), "{text}");
        }
    }
}
