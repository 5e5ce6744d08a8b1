//! Streaks: days and weeks in a row. They are computed when somebody asks, so that a streak ends by itself.

use serde::Serialize;
use workout_events::UserId;
use workout_events::jiff::civil::Weekday;
use workout_events::types::user::WeekStart;

use super::{Answer, Period};
use crate::error::StoreError;
use crate::number::Day;
use crate::seam::StatsReader;

/// On which days of the week a person trains. A day of rest neither adds to a streak of days nor ends it; who trains on
/// one anyway is a day further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Schedule([bool; 7]);

/// So many in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Streak {
    /// How many days, or weeks, with a workout.
    pub length: u32,
    /// The first day, or the first day of the first week.
    pub first_day: Option<Day>,
    /// The last day with a workout, or the first day of the last week.
    pub last_day: Option<Day>,
}

/// The streaks of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Streaks {
    /// Days in a row until today. Today is not over: as long as it is without a workout, the streak is that until yesterday.
    pub days: Streak,
    /// The most days in a row that there ever were, the earlier of two.
    pub longest_days: Streak,
    /// Weeks in a row until this one, likewise.
    pub weeks: Streak,
    /// The most weeks in a row.
    pub longest_weeks: Streak,
}

impl Schedule {
    /// Training on every day.
    pub const DAILY: Self = Self([true; 7]);

    /// Training on these days of the week. Without any it is training on every day.
    #[must_use]
    pub fn on(days: &[Weekday]) -> Self {
        let mut schedule = [days.is_empty(); 7];
        for day in days {
            schedule[usize::from(day.to_monday_zero_offset().unsigned_abs())] = true;
        }
        Self(schedule)
    }

    fn has(self, day: Day) -> bool {
        self.0[usize::from(day.date().weekday().to_monday_zero_offset().unsigned_abs())]
    }

    /// Whether nothing was missed between two days.
    fn joins(self, one: Day, next: Day) -> bool {
        // A gap of a week has a day of every name.
        next.since(one) <= 7 && (1..next.since(one)).all(|days| !self.has(one.plus(days)))
    }
}

impl dyn StatsReader + '_ {
    /// The streaks of a user as of `today`, with weeks that begin on this day.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn streaks(
        &self,
        user: UserId,
        today: Day,
        week_start: WeekStart,
        schedule: Schedule,
    ) -> Result<Answer<Streaks>, StoreError> {
        Ok(self.active_days(user).await?.map(|days| streaks(&days, today, week_start, schedule)))
    }
}

fn streaks(days: &[Day], today: Day, week_start: WeekStart, schedule: Schedule) -> Streaks {
    // What lies in the future, because a clock was wrong, is neither a streak nor the end of one.
    let days = &days[..days.partition_point(|day| *day <= today)];
    let week = Period::Week(week_start);
    let mut weeks: Vec<_> = days.iter().map(|day| week.first_day(*day)).collect();
    weeks.dedup();
    let next_week = |one: Day, next: Day| next.since(one) <= 7;
    let (days, longest_days) = runs(days, today, |one, next| schedule.joins(one, next));
    let (weeks, longest_weeks) = runs(&weeks, week.first_day(today), next_week);
    Streaks { days, longest_days, weeks, longest_weeks }
}

/// The run that is not over, and the longest one.
fn runs(days: &[Day], today: Day, joins: impl Fn(Day, Day) -> bool) -> (Streak, Streak) {
    let runs = days.chunk_by(|one, next| joins(*one, *next)).map(|run| Streak {
        length: u32::try_from(run.len()).unwrap_or(u32::MAX),
        first_day: run.first().copied(),
        last_day: run.last().copied(),
    });
    let (mut last, mut longest) = (Streak::default(), Streak::default());
    for run in runs {
        if run.length > longest.length {
            longest = run;
        }
        last = run;
    }
    let is_on = last.last_day.is_some_and(|day| day == today || joins(day, today));
    (if is_on { last } else { Streak::default() }, longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days of March 2026, which begins on a Sunday.
    fn march(days: &[i32]) -> Vec<Day> {
        let first: Day = "2026-03-01".parse().expect("a date");
        days.iter().map(|day| first.plus(day - 1)).collect()
    }

    #[track_caller]
    fn check(days: &[i32], today: i32, schedule: Schedule, want: (u32, u32, u32, u32)) {
        let today = march(&[today])[0];
        let streaks = streaks(&march(days), today, WeekStart::Monday, schedule);
        let lengths =
            (streaks.days.length, streaks.longest_days.length, streaks.weeks.length, streaks.longest_weeks.length);
        assert_eq!(lengths, want, "{days:?}");
    }

    #[test]
    fn a_streak_lasts_until_a_day_is_missed() {
        let daily = Schedule::DAILY;
        check(&[], 5, daily, (0, 0, 0, 0));
        check(&[3, 4, 5], 5, daily, (3, 3, 1, 1));
        check(&[3, 4, 5], 6, daily, (3, 3, 1, 1));
        check(&[3, 4, 5], 7, daily, (0, 3, 1, 1));
        // Backfilling the missing day mends it.
        check(&[3, 4, 6, 7], 7, daily, (2, 2, 1, 1));
        check(&[3, 4, 5, 6, 7], 7, daily, (5, 5, 1, 1));
        // The week after that is not over yet.
        check(&[3, 10], 20, daily, (0, 1, 2, 2));
        check(&[3, 10], 23, daily, (0, 1, 0, 2));
        check(&[30], 10, daily, (0, 0, 0, 0));
    }

    #[test]
    fn a_day_of_rest_ends_no_streak() {
        let schedule = Schedule::on(&[Weekday::Monday, Weekday::Wednesday, Weekday::Friday]);
        check(&[2, 4, 6, 9], 10, schedule, (4, 4, 2, 2));
        check(&[2, 4, 6, 9], 12, schedule, (0, 4, 2, 2));
        check(&[2, 3, 4, 6, 9], 9, schedule, (5, 5, 2, 2));
        check(&[2, 6, 9], 9, schedule, (2, 2, 2, 2));
        check(&[2, 9], 9, schedule, (1, 1, 2, 2));
    }
}
