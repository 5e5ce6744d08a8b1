//! What goals come to, computed in the plainest way: from all that was said and all workouts, stretch by stretch.

use std::collections::{BTreeMap, BTreeSet};

use workout_events::jiff::civil::{Date, Weekday};
use workout_events::jiff::tz::TimeZone;
use workout_events::jiff::{Timestamp, ToSpan};
use workout_events::types::goal::{GoalMetric, GoalPeriod, GoalSet};
use workout_events::types::user::WeekStart;
use workout_events::{GoalId, Moment, UserId, WorkoutId, WorkoutPerformed};

use super::history::Said;
use super::model::{Bests, better, volume, works};

/// A goal, the first day of a stretch in which it was reached, the workout that reached it, and what there was then.
pub(super) type Reached = (GoalId, String, WorkoutId, i64);

/// A workout with its local day.
pub(super) type Dated<'w> = (Date, &'w WorkoutPerformed);

/// How a person counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habits {
    pub(super) day_start_hour: u8,
    pub(super) week_start: WeekStart,
}

#[derive(Default)]
struct Goal<'s> {
    set: Option<(Timestamp, &'s GoalSet)>,
    targets: BTreeMap<Timestamp, u32>,
    period: BTreeMap<Timestamp, GoalPeriod>,
    due: BTreeMap<Timestamp, Moment>,
    cancelled: BTreeSet<Timestamp>,
}

pub(super) fn reached(user: UserId, said: &[Said], workouts: &[Dated<'_>], habits: Habits) -> BTreeSet<Reached> {
    let mut goals = BTreeMap::<GoalId, Goal<'_>>::new();
    for said in said {
        match said {
            Said::GoalSet(event) if event.data().user_id == user => {
                let (at, data) = (event.time(), event.data());
                let goal = goals.entry(data.goal_id).or_default();
                if goal.set.is_none_or(|(other, _)| other < at) {
                    goal.set = Some((at, data));
                }
                goal.targets.insert(at, data.target);
                goal.period.insert(at, data.period);
                goal.due.extend(data.due_at.map(|due| (at, due)));
            }
            Said::GoalChanged(event) if event.data().user_id == user => {
                let (at, data) = (event.time(), event.data());
                let goal = goals.entry(data.goal_id).or_default();
                goal.targets.extend(data.target.map(|target| (at, target)));
                goal.period.extend(data.period.map(|period| (at, period)));
            }
            Said::GoalCancelled(event) if event.data().user_id == user => {
                goals.entry(event.data().goal_id).or_default().cancelled.insert(event.time());
            }
            _ => {}
        }
    }
    goals.into_iter().flat_map(|(id, goal)| goal.reached(id, workouts, habits)).collect()
}

impl Goal<'_> {
    fn reached(&self, id: GoalId, workouts: &[Dated<'_>], habits: Habits) -> Vec<Reached> {
        let Some((set_at, set)) = self.set else { return Vec::new() };
        let local =
            |at: Timestamp| (at.to_zoned(TimeZone::UTC).datetime() - i32::from(habits.day_start_hour).hours()).date();
        let shown = |moment: Moment| moment.offset().to_datetime(moment.timestamp()).date();
        let first = set.starts_at.map_or_else(|| local(set_at), shown);
        let due = self.due.last_key_value().map_or(Date::MAX, |(_, due)| shown(*due));
        let last = due.min(self.cancelled.first().map_or(Date::MAX, |at| local(*at)));
        let period = *self.period.last_key_value().expect("a goal that was set has one").1;
        let mut stretches = BTreeMap::<(Date, Date), Vec<Dated<'_>>>::new();
        for (day, workout) in workouts {
            let (from, to) = stretch(period, *day, habits.week_start).unwrap_or((first, last));
            if first <= last && from <= last && to >= first && (from..=to).contains(day) {
                stretches.entry((from, to)).or_default().push((*day, workout));
            }
        }
        let reached = stretches.into_iter().filter_map(|((from, to), workouts)| {
            let in_time = self.targets.iter().rfind(|(at, _)| local(**at) <= to);
            let target = in_time.or(self.targets.first_key_value()).map(|(_, target)| i64::from(*target))?;
            let (workout, value) = first_to_reach(set, target, workouts)?;
            Some((id, from.to_string(), workout, value))
        });
        reached.collect()
    }
}

/// Nothing, where a goal has only one.
fn stretch(period: GoalPeriod, day: Date, week_start: WeekStart) -> Option<(Date, Date)> {
    match period {
        GoalPeriod::Daily => Some((day, day)),
        GoalPeriod::Weekly => {
            let first = match week_start {
                WeekStart::Saturday => Weekday::Saturday,
                WeekStart::Sunday => Weekday::Sunday,
                _ => Weekday::Monday,
            };
            let mut from = day;
            while from.weekday() != first {
                from = from.yesterday().expect("within the calendar");
            }
            Some((from, from + 6.days()))
        }
        GoalPeriod::Monthly => Some((day.first_of_month(), day.last_of_month())),
        GoalPeriod::Yearly => Some((day.first_of_year(), day.last_of_year())),
        _ => None,
    }
}

fn first_to_reach(set: &GoalSet, target: i64, mut workouts: Vec<Dated<'_>>) -> Option<(WorkoutId, i64)> {
    let time = |workout: &WorkoutPerformed| (workout.started_at.timestamp(), workout.workout_id);
    // What is counted by exercise is counted by time, the rest day by day.
    if let Some(id) = &set.exercise_id {
        workouts.retain(|(_, workout)| workout.exercises.iter().any(|exercise| exercise.exercise_id == *id));
        workouts.sort_by_key(|(_, workout)| time(workout));
    } else {
        workouts.retain(|(_, workout)| set.activity_type.is_none_or(|activity| activity == workout.activity_type));
        workouts.sort_by_key(|(day, workout)| (*day, time(workout)));
    }
    let (mut value, mut run, mut last) = (0, 0, None::<Date>);
    for (day, workout) in workouts {
        match set.metric {
            GoalMetric::E1rmG => value = value.max(amount(set, workout)),
            GoalMetric::StreakDays => {
                if last != Some(day) {
                    let yesterday = day.yesterday().expect("within the calendar");
                    run = if last == Some(yesterday) { run + 1 } else { 1 };
                    last = Some(day);
                }
                value = value.max(run);
            }
            _ => value += amount(set, workout),
        }
        if value >= target {
            return Some((workout.workout_id, value));
        }
    }
    None
}

fn amount(set: &GoalSet, workout: &WorkoutPerformed) -> i64 {
    let of_exercise =
        |exercise: &&workout_events::Exercise| set.exercise_id.as_ref().is_none_or(|id| *id == exercise.exercise_id);
    let sets =
        workout.exercises.iter().filter(of_exercise).flat_map(|exercise| &exercise.sets).filter(|set| works(set));
    match (set.metric, &set.exercise_id) {
        (GoalMetric::Workouts, _) => 1,
        (GoalMetric::VolumeG, _) => sets.filter_map(volume).sum(),
        (GoalMetric::DistanceM, Some(_)) => sets.map(|set| i64::from(set.distance_m.unwrap_or(0))).sum(),
        (GoalMetric::E1rmG, Some(_)) => {
            let mut bests = Bests::default();
            sets.for_each(|set| better(&mut bests, set));
            bests.1.unwrap_or(0)
        }
        (GoalMetric::DurationS, Some(_)) => {
            sets.map(|set| i64::from(set.duration_ms.unwrap_or(0))).sum::<i64>() / 1_000
        }
        (GoalMetric::DurationS, None) => workout.duration_s(),
        (GoalMetric::EnergyKcal, None) => workout.energy_kcal.unwrap_or(0).into(),
        (GoalMetric::DistanceM, None) => workout.distance_m.unwrap_or(0).into(),
        (GoalMetric::ElevationGainM, None) => workout.elevation_gain_m.unwrap_or(0).into(),
        _ => 0,
    }
}
