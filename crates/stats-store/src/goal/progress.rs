//! How far somebody has come.

use std::collections::BTreeSet;

use workout_events::WorkoutId;
use workout_events::types::goal::GoalMetric;

use super::terms::Terms;
use crate::number::{Day, Tally};
use crate::query::{DaySums, EffortOf};

/// What was done on a day, or by a workout, in the unit of a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) day: Day,
    pub(crate) value: i64,
    /// Where it is known.
    pub(crate) workout_id: Option<WorkoutId>,
}

/// What a stretch comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    pub(crate) value: i64,
    /// Where the target was reached.
    pub(crate) reached: Option<Reached>,
}

/// The point with which a target was reached, and what there was before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reached {
    pub(crate) point: Point,
    pub(crate) before: i64,
    pub(crate) after: i64,
}

/// What days add, in their order.
pub(crate) fn points_of_days(terms: &Terms, days: &[DaySums]) -> Vec<Point> {
    let wanted = days.iter().filter(|sums| terms.activity.is_none_or(|activity| activity == sums.activity));
    let point = |sums: &DaySums| Point { day: sums.day, value: of_tally(terms.metric, &sums.sums), workout_id: None };
    let mut points: Vec<_> = wanted.map(point).collect();
    // An activity is a row of its own, but a day is a point.
    points.dedup_by(|next, one| {
        let same = next.day == one.day;
        one.value += if same { next.value } else { 0 };
        same
    });
    points
}

/// What workouts add to a goal of one exercise, by their times.
pub(crate) fn points_of_efforts(terms: &Terms, mut efforts: Vec<EffortOf>) -> Vec<Point> {
    efforts.sort_by_key(|effort| (effort.started_at, effort.workout_id));
    let value = |effort: &EffortOf| match terms.metric {
        GoalMetric::Workouts | GoalMetric::StreakDays => 1,
        GoalMetric::DurationS => effort.duration_ms / 1_000,
        GoalMetric::DistanceM => effort.distance_m,
        GoalMetric::VolumeG => effort.volume_g.unwrap_or(0),
        GoalMetric::E1rmG => effort.e1rm_g.unwrap_or(0),
        // Nobody measures that by exercise.
        _ => 0,
    };
    let point =
        |effort: &EffortOf| Point { day: effort.day, value: value(effort), workout_id: Some(effort.workout_id) };
    efforts.iter().map(point).collect()
}

/// What one workout or one day adds.
pub(super) fn of_tally(metric: GoalMetric, tally: &Tally) -> i64 {
    match metric {
        GoalMetric::Workouts => tally.workouts,
        GoalMetric::DurationS => tally.duration_s,
        GoalMetric::EnergyKcal => tally.energy_kcal,
        GoalMetric::DistanceM => tally.distance_m,
        GoalMetric::ElevationGainM => tally.elevation_gain_m,
        GoalMetric::VolumeG => tally.volume_g,
        GoalMetric::StreakDays => i64::from(tally.workouts > 0),
        // A best belongs to an exercise.
        _ => 0,
    }
}

/// What the points of one stretch come to: a sum, a best, or days in a row.
pub(crate) fn progress(metric: GoalMetric, target: i64, points: &[Point]) -> Progress {
    let mut progress = Progress::default();
    let (mut run, mut last, mut seen) = (0, None, BTreeSet::new());
    for point in points {
        let before = progress.value;
        progress.value = match metric {
            GoalMetric::E1rmG => before.max(point.value),
            GoalMetric::StreakDays if !seen.insert(point.day) => before,
            GoalMetric::StreakDays => {
                run = if last == Some(point.day.plus(-1)) { run + 1 } else { 1 };
                last = Some(point.day);
                before.max(run)
            }
            _ => before + point.value,
        };
        if progress.reached.is_none() && progress.value >= target {
            progress.reached = Some(Reached { point: *point, before, after: progress.value });
        }
    }
    progress
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(metric: GoalMetric, target: i64, points: &[(i32, i64)], want: i64, reached_on: Option<i32>) {
        let point =
            |(day, value): &(i32, i64)| Point { day: Day::from_number((*day).into()), value: *value, workout_id: None };
        let points: Vec<_> = points.iter().map(point).collect();
        let progress = progress(metric, target, &points);
        let on = progress.reached.map(|reached| reached.point.day.number());
        assert_eq!((progress.value, on), (want, reached_on.map(i64::from)));
    }

    #[test]
    fn a_sum_grows_a_best_stays_and_a_missed_day_begins_anew() {
        check(GoalMetric::Workouts, 3, &[(1, 1), (2, 2), (5, 1)], 4, Some(2));
        check(GoalMetric::Workouts, 5, &[(1, 1), (2, 2), (5, 1)], 4, None);
        check(GoalMetric::E1rmG, 100, &[(1, 90), (2, 110), (5, 105)], 110, Some(2));
        check(GoalMetric::StreakDays, 3, &[(1, 1), (2, 1), (4, 1), (5, 1), (6, 1), (7, 1)], 4, Some(6));
        check(GoalMetric::StreakDays, 2, &[(1, 1), (1, 1), (3, 1)], 1, None);
        check(GoalMetric::Workouts, 1, &[], 0, None);
    }
}
