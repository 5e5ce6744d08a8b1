//! Months, as a table counts them.

use workout_events::jiff::civil::Date;

use super::day::Day;

/// A month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month(i64);

impl Month {
    pub(crate) fn of(day: Day) -> Self {
        let date = day.date();
        Self(i64::from(date.year()) * 12 + i64::from(date.month()) - 1)
    }

    pub(crate) fn first_day(self) -> Day {
        let year = i16::try_from(self.0.div_euclid(12)).unwrap_or(i16::MAX);
        let month = i8::try_from(self.0.rem_euclid(12) + 1).unwrap_or(1);
        Date::new(year, month, 1).map_or(Day::MAX, Day::new)
    }

    /// Months since January of the year 0.
    pub(crate) fn number(self) -> i64 {
        self.0
    }

    pub(crate) fn from_number(months: i64) -> Self {
        Self(months)
    }
}
