//! Local days.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use workout_events::ZoneName;
use workout_events::jiff::civil::Date;
use workout_events::jiff::{Error, Timestamp, ToSpan};

const SECONDS: i64 = 86_400;

/// A date on the calendar, without a zone: the day to which a person counts a workout.
///
/// A workout belongs to the date on which it started by the clocks of its own zone. Where a person's day begins at 4 in the
/// morning, what those clocks show is taken four hours back first, so that a run at 3 counts for the day before, whatever
/// became of the clocks in that night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(i32);

impl Day {
    /// The first day there is.
    pub const MIN: Self = Self(-4_371_587);
    /// The last day there is.
    pub const MAX: Self = Self(2_932_896);

    /// The day of this date.
    #[must_use]
    pub fn new(date: Date) -> Self {
        let since = date.duration_since(Date::new(1970, 1, 1).unwrap_or(Date::ZERO));
        Self(i32::try_from(since.as_secs().div_euclid(SECONDS)).unwrap_or(Self::MAX.0))
    }

    /// The date.
    #[must_use]
    pub fn date(self) -> Date {
        let epoch = Date::new(1970, 1, 1).unwrap_or(Date::ZERO);
        epoch.checked_add(self.0.days()).unwrap_or(Date::MAX)
    }

    /// The day so many days later, or earlier.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days).clamp(Self::MIN.0, Self::MAX.0))
    }

    /// How many days later this one is.
    #[must_use]
    pub fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// Of what the clocks showed.
    pub(crate) fn of_clock(clock_s: i64, day_start_hour: u8) -> Self {
        let days = (clock_s - 3_600 * i64::from(day_start_hour)).div_euclid(SECONDS);
        Self(i32::try_from(days).unwrap_or(Self::MAX.0))
    }

    /// As it stands in a table: days since 1970-01-01.
    pub(crate) fn number(self) -> i64 {
        self.0.into()
    }

    /// From a table.
    pub(crate) fn from_number(days: i64) -> Self {
        Self(i32::try_from(days).unwrap_or(Self::MAX.0).clamp(Self::MIN.0, Self::MAX.0))
    }
}

/// What the clocks of this zone show at this moment, as seconds since they showed midnight of 1970-01-01.
pub(crate) fn clock(at: Timestamp, zone: ZoneName) -> i64 {
    at.as_second() + i64::from(zone.zone().to_offset(at).seconds())
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

impl FromStr for Day {
    type Err = Error;

    /// Reads `2026-03-28`.
    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self::new)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_the_same_thing() {
        for (text, number) in [("1970-01-01", 0), ("1969-12-31", -1), ("2024-02-29", 19_782), ("9999-12-31", 2_932_896)]
        {
            let day: Day = text.parse().expect("a date");
            assert_eq!((day.number(), day.to_string().as_str()), (number, text));
            assert_eq!(Day::from_number(number), day);
        }
        assert_eq!(Day::MIN.date(), Date::MIN);
        assert_eq!(Day::MAX.date(), Date::MAX);
    }

    #[test]
    fn a_day_is_that_of_the_clocks_of_the_zone() {
        #[track_caller]
        fn check(at: &str, zone: &str, day_start_hour: u8, want: &str) {
            let clock = clock(at.parse().expect("a time"), ZoneName::new(zone).expect("a zone"));
            assert_eq!(Day::of_clock(clock, day_start_hour).to_string(), want, "{at} {zone}");
        }
        check("2026-03-28T23:30:00Z", "Europe/Berlin", 0, "2026-03-29");
        check("2026-03-28T23:30:00Z", "Europe/Berlin", 4, "2026-03-28");
        // The clocks jump from 2 to 3: at 3:30 two and a half hours of the day are over, and four by the clock's hands.
        check("2026-03-29T01:30:00Z", "Europe/Berlin", 4, "2026-03-28");
        check("2026-03-29T02:00:00Z", "Europe/Berlin", 4, "2026-03-29");
        check("2026-01-01T09:59:59Z", "Pacific/Kiritimati", 0, "2026-01-01");
        check("2026-01-01T10:00:00Z", "Pacific/Kiritimati", 0, "2026-01-02");
        check("1970-01-01T00:00:00Z", "America/New_York", 0, "1969-12-31");
    }
}
