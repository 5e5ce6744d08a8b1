//! Goals: how far somebody has come, and how far it will go.

use serde::Serialize;
use workout_events::types::goal::{GoalMetric, GoalPeriod};
use workout_events::{ActivityType, GoalId, UserId};

use super::{Answer, Days, Tries};
use crate::error::StoreError;
use crate::goal::{Outcome, Point, Progress, Terms, points_of_days, points_of_efforts, progress};
use crate::number::Day;
use crate::seam::StatsReader;

/// A goal as a person has it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Goal {
    /// The goal.
    pub goal_id: GoalId,
    /// What the person calls it.
    pub title: Option<String>,
    /// What is measured.
    pub metric: GoalMetric,
    /// How much is wanted, in the unit of the metric. Stretches that are over are judged by what was wanted then.
    pub target: i64,
    /// How often it begins anew.
    pub period: GoalPeriod,
    /// Only this activity counts.
    pub activity_type: Option<ActivityType>,
    /// Only this exercise counts.
    pub exercise_id: Option<String>,
    /// The day on which it begins to count.
    pub first_day: Day,
    /// The day on which it is due, or was given up.
    pub last_day: Option<Day>,
    /// The day on which it was given up.
    pub cancelled_on: Option<Day>,
    #[serde(skip)]
    pub(crate) terms: Terms,
}

/// How a goal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GoalStatus {
    /// It has not begun.
    Upcoming,
    /// It can be reached in time as things go.
    OnTrack,
    /// As things go it will not be reached in time.
    AtRisk,
    /// It is reached, in this stretch.
    Achieved,
    /// Its time is over, and it was not reached.
    Missed,
    /// The person gave it up.
    Cancelled,
}

/// How far a goal has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GoalStanding {
    /// The goal.
    #[serde(flatten)]
    pub goal: Goal,
    /// The days that count now: of this week, of this month, from the beginning to the end. Of a goal that has not begun
    /// the first ones, of one that is over the last ones.
    pub days: Days,
    /// How much there is.
    pub value: i64,
    /// How it stands.
    pub status: GoalStatus,
    /// How much there will be on the last day, if the person goes on as in this stretch so far; nothing where that says
    /// nothing: of bests and of days in a row, before the beginning, and without an end.
    pub forecast: Option<i64>,
    /// The day on which it will be reached, if the person goes on like that.
    pub expected_on: Option<Day>,
    /// In how many stretches it was reached.
    pub achieved_times: usize,
}

impl Goal {
    pub(crate) fn new(goal_id: GoalId, terms: Terms) -> Self {
        let last_target = terms.targets.last().map_or(0, |(_, target)| *target);
        Self {
            goal_id,
            title: terms.title.clone(),
            metric: terms.metric,
            target: last_target,
            period: terms.period,
            activity_type: terms.activity,
            exercise_id: terms.exercise.clone(),
            first_day: terms.days.first,
            last_day: Some(terms.days.last).filter(|day| *day < Day::MAX),
            cancelled_on: terms.cancelled,
            terms,
        }
    }
}

impl dyn StatsReader + '_ {
    /// How a user's goals stand as of `today`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn goals(&self, user: UserId, today: Day) -> Result<Answer<Vec<GoalStanding>>, StoreError> {
        let mut tries = Tries::new();
        'anew: loop {
            tries.again()?;
            let goals = self.goals_set(user).await?;
            let outcomes = self.outcomes(user).await?;
            if outcomes.as_of != goals.as_of {
                continue;
            }
            let mut standings = Vec::new();
            for goal in goals.value {
                let days = stretch(&goal.terms, today);
                let points = self.points(user, &goal.terms, days).await?;
                if points.as_of != goals.as_of {
                    continue 'anew;
                }
                standings.push(standing(goal, days, &points.value, &outcomes.value, today));
            }
            return Ok(Answer::new(goals.as_of, standings));
        }
    }

    async fn points(&self, user: UserId, terms: &Terms, days: Days) -> Result<Answer<Vec<Point>>, StoreError> {
        Ok(match &terms.exercise {
            Some(exercise) => {
                self.efforts(user, exercise, days).await?.map(|efforts| points_of_efforts(terms, efforts))
            }
            None => self.days(user, days).await?.map(|days| points_of_days(terms, &days)),
        })
    }
}

/// The days that count now, or would have.
fn stretch(terms: &Terms, today: Day) -> Days {
    let day = today.clamp(terms.days.first, terms.days.last.max(terms.days.first));
    terms.stretch(day).unwrap_or(terms.days)
}

fn standing(goal: Goal, days: Days, points: &[Point], outcomes: &[Outcome], today: Day) -> GoalStanding {
    let target = goal.terms.target(days);
    let made = progress(goal.metric, target, points);
    let is_over = days.last < today;
    let (forecast, expected_on) = if is_over || goal.cancelled_on.is_some() || today < days.first {
        (None, None)
    } else {
        forecast(goal.metric, target, days, &made, today)
    };
    let status = match () {
        () if goal.cancelled_on.is_some() => GoalStatus::Cancelled,
        () if made.reached.is_some() => GoalStatus::Achieved,
        () if is_over => GoalStatus::Missed,
        () if today < days.first => GoalStatus::Upcoming,
        () if is_at_risk(goal.metric, target, days, points, forecast, today) => GoalStatus::AtRisk,
        () => GoalStatus::OnTrack,
    };
    let achieved = |outcome: &&Outcome| outcome.goal_id == goal.goal_id && outcome.achieved;
    let achieved_times = outcomes.iter().filter(achieved).count();
    GoalStanding { goal, days, value: made.value, status, forecast, expected_on, achieved_times }
}

/// How much there will be on the last day, and on which day there will be enough, at the pace so far.
fn forecast(metric: GoalMetric, target: i64, days: Days, made: &Progress, today: Day) -> (Option<i64>, Option<Day>) {
    if matches!(metric, GoalMetric::E1rmG | GoalMetric::StreakDays) {
        return (None, None);
    }
    let elapsed = i64::from(today.since(days.first)) + 1;
    let all = i64::from(days.last.since(days.first)) + 1;
    let value = made.value;
    let at_the_end = || (i128::from(value) * i128::from(all) + i128::from(elapsed) / 2) / i128::from(elapsed);
    let forecast = (days.last < Day::MAX).then(|| i64::try_from(at_the_end()).unwrap_or(i64::MAX));
    let left = (target - value).max(0);
    let wait = || (i128::from(left) * i128::from(elapsed) + i128::from(value) - 1) / i128::from(value);
    let expected = (value > 0 && left > 0)
        .then(wait)
        .and_then(|wait| i32::try_from(wait).ok())
        .map(|wait| today.plus(wait))
        .filter(|day| *day <= days.last && *day < Day::MAX);
    (forecast, expected)
}

/// As long as less than a quarter of the time is over, nothing is.
fn is_at_risk(
    metric: GoalMetric,
    target: i64,
    days: Days,
    points: &[Point],
    forecast: Option<i64>,
    today: Day,
) -> bool {
    if days.last == Day::MAX {
        return false;
    }
    let left = i64::from(days.last.since(today));
    if metric == GoalMetric::StreakDays {
        // Today may still be trained on.
        let run = progress(metric, i64::MAX, current_run(points, today)).value;
        let trained_today = points.last().is_some_and(|point| point.day == today);
        return run + left + i64::from(!trained_today) < target;
    }
    let is_early = i64::from(today.since(days.first)) * 4 < i64::from(days.last.since(days.first)) + 1;
    !is_early && forecast.is_some_and(|forecast| forecast < target)
}

/// The days in a row until today or yesterday.
fn current_run(points: &[Point], today: Day) -> &[Point] {
    let mut first = points.len();
    let mut next = today.plus(1);
    while let Some(point) = first.checked_sub(1).map(|at| points[at]) {
        let gap = next.since(point.day);
        if gap > 1 && !(first == points.len() && gap == 2) {
            break;
        }
        next = point.day;
        first -= 1;
    }
    &points[first..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i32) -> Day {
        Day::from_number(number.into())
    }

    #[test]
    fn a_forecast_goes_on_as_it_has_begun() {
        #[track_caller]
        fn check(value: i64, target: i64, today: i32, want: (Option<i64>, Option<i32>)) {
            let made = Progress { value, reached: None };
            let days = Days::new(day(1), day(10));
            let (forecast, expected) = forecast(GoalMetric::DistanceM, target, days, &made, day(today));
            assert_eq!((forecast, expected), (want.0, want.1.map(day)), "{value} of {target} on day {today}");
        }
        check(20, 100, 2, (Some(100), Some(10)));
        check(20, 90, 2, (Some(100), Some(9)));
        check(10, 100, 2, (Some(50), None));
        check(0, 100, 2, (Some(0), None));
        check(100, 100, 5, (Some(200), None));
        check(99, 100, 10, (Some(99), None));
    }

    #[test]
    fn days_in_a_row_are_at_risk_when_too_few_are_left() {
        #[track_caller]
        fn check(trained: &[i32], today: i32, target: i64, want: bool) {
            let point = |number: &i32| Point { day: day(*number), value: 1, workout_id: None };
            let points: Vec<_> = trained.iter().map(point).collect();
            let days = Days::new(day(1), day(7));
            let at_risk = is_at_risk(GoalMetric::StreakDays, target, days, &points, None, day(today));
            assert_eq!(at_risk, want, "{trained:?} on day {today}");
        }
        check(&[], 3, 5, false);
        check(&[], 4, 5, true);
        check(&[1, 2, 3], 4, 7, false);
        check(&[1, 2, 3], 5, 7, true);
        check(&[1, 2, 4], 4, 4, false);
        check(&[1, 2, 4], 4, 5, true);
    }
}
