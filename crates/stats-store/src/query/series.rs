//! Series: sums by day, week, month or year.

use std::collections::BTreeMap;

use serde::Serialize;
use workout_events::jiff::civil::{Date, Weekday};
use workout_events::types::user::WeekStart;
use workout_events::{ActivityType, UserId};

use super::{Answer, Days};
use crate::error::StoreError;
use crate::number::{Day, Month, Tally};
use crate::seam::StatsReader;

/// How long a point of a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Period {
    /// A day.
    Day,
    /// Seven days, from this one on. A week belongs to no year: the last days of December and the first ones of January
    /// may share one.
    Week(WeekStart),
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

/// The sums of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Point {
    /// The first day of the period.
    pub first_day: Day,
    /// The sums over those of its days that were asked for.
    pub sums: Tally,
}

impl Period {
    /// The first day of the period that this day is in.
    #[must_use]
    pub fn first_day(self, day: Day) -> Day {
        match self {
            Self::Day => day,
            Self::Week(start) => {
                let weekday = day.date().weekday().to_monday_zero_offset();
                let first = match start {
                    WeekStart::Saturday => Weekday::Saturday,
                    WeekStart::Sunday => Weekday::Sunday,
                    _ => Weekday::Monday,
                };
                day.plus(-i32::from((weekday - first.to_monday_zero_offset()).rem_euclid(7)))
            }
            Self::Month => Month::of(day).first_day(),
            Self::Year => Date::new(day.date().year(), 1, 1).map_or(day, Day::new),
        }
    }
}

impl Period {
    /// The days of the period that this day is in.
    #[must_use]
    pub fn days(self, day: Day) -> Days {
        let first = self.first_day(day);
        // Within the next period, whose first day is the one after the last of this.
        let next = first.plus(match self {
            Self::Day => 1,
            Self::Week(_) => 7,
            Self::Month => 31,
            Self::Year => 366,
        });
        Days::new(first, self.first_day(next).plus(-1).max(first))
    }
}

impl dyn StatsReader + '_ {
    /// The sums of each period that has a workout on one of these days, in order. Periods without one are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn series(
        &self,
        user: UserId,
        days: Days,
        period: Period,
        activity: Option<ActivityType>,
    ) -> Result<Answer<Vec<Point>>, StoreError> {
        let wanted = |of: ActivityType| activity.is_none_or(|activity| activity == of);
        let is_whole = Month::of(days.first).first_day() == days.first
            && (days.last == Day::MAX || Month::of(days.last) != Month::of(days.last.plus(1)));
        if matches!(period, Period::Month | Period::Year) && is_whole {
            let months = self.months(user, days).await?;
            return Ok(months.map(|months| {
                let wanted = months.iter().filter(|sums| wanted(sums.activity));
                points(period, wanted.map(|sums| (sums.first_day, &sums.sums)))
            }));
        }
        let found = self.days(user, days).await?;
        Ok(found.map(|found| {
            let wanted = found.iter().filter(|sums| wanted(sums.activity));
            points(period, wanted.map(|sums| (sums.day, &sums.sums)))
        }))
    }

    /// The sums over these days, of all activities or of one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn total(
        &self,
        user: UserId,
        days: Days,
        activity: Option<ActivityType>,
    ) -> Result<Answer<Tally>, StoreError> {
        let sums = self.sums(user, days).await?;
        Ok(sums.map(|sums| {
            let mut total = Tally::default();
            sums.iter()
                .filter(|sums| activity.is_none_or(|activity| activity == sums.activity))
                .for_each(|sums| total.add(&sums.sums, 1));
            total
        }))
    }
}

fn points<'s>(period: Period, sums: impl Iterator<Item = (Day, &'s Tally)>) -> Vec<Point> {
    let mut points = BTreeMap::<Day, Tally>::new();
    for (day, sums) in sums {
        points.entry(period.first_day(day)).or_default().add(sums, 1);
    }
    points.into_iter().map(|(first_day, sums)| Point { first_day, sums }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_across_the_end_of_a_year_is_one_week() {
        #[track_caller]
        fn check(period: Period, day: &str, want: &str) {
            assert_eq!(period.first_day(day.parse().expect("a date")).to_string(), want, "{day}");
        }
        for day in ["2025-12-29", "2025-12-31", "2026-01-01", "2026-01-04"] {
            check(Period::Week(WeekStart::Monday), day, "2025-12-29");
        }
        check(Period::Week(WeekStart::Monday), "2026-01-05", "2026-01-05");
        check(Period::Week(WeekStart::Sunday), "2026-01-03", "2025-12-28");
        check(Period::Week(WeekStart::Sunday), "2026-01-04", "2026-01-04");
        check(Period::Week(WeekStart::Saturday), "2026-01-04", "2026-01-03");
        check(Period::Month, "2024-02-29", "2024-02-01");
        check(Period::Year, "2024-02-29", "2024-01-01");
    }
}
