//! What a history comes to, computed in the plainest way: from all of it at once, without a ledger, a difference or a table.

use std::collections::{BTreeMap, BTreeSet};

use workout_events::jiff::ToSpan;
use workout_events::types::record::RecordKind;
use workout_events::types::user::WeekStart;
use workout_events::{LoadMode, Set, SetKind, UserId, WorkoutId, WorkoutPerformed};

use super::goals::{Habits, Reached, reached};
use super::history::Said;
use crate::{Figures, RecordOf};

/// Sums that anybody can check by hand: workouts, seconds, kilocalories, workouts with kilocalories, volume.
type Sums = (i64, i64, i64, i64, i64);

/// The bests of an exercise: load, estimate, repetitions, and the least help.
pub(super) type Bests = (Option<i64>, Option<i64>, Option<i64>, Option<i64>);

/// What is compared.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct Model {
    lifetime: Sums,
    days: BTreeMap<String, Sums>,
    exercises: BTreeMap<String, (i64, Bests)>,
    /// Of what, of which kind, and in the order in which they were set.
    records: BTreeMap<(RecordOf, RecordKind), Vec<(i64, WorkoutId)>>,
    reached: BTreeSet<Reached>,
    last_workout: Option<WorkoutId>,
}

impl Model {
    pub(super) fn of(user: UserId, said: &[Said]) -> Self {
        let erased: BTreeSet<_> = said.iter().filter_map(erased).collect();
        let mut model = Self::default();
        if erased.contains(&user) {
            return model;
        }
        let hour = day_start_hour(user, said);
        let mut counting: Vec<_> = winners(said, &erased).into_iter().filter(|data| data.user_id == user).collect();
        counting.sort_by_key(|data| (data.started_at.timestamp(), data.workout_id));
        let mut dated = Vec::new();
        for data in counting {
            let local = data.started_at.timestamp().to_zoned(data.time_zone.zone()).datetime();
            let day = (local - i32::from(hour).hours()).date();
            dated.push((day, data));
            let day = day.to_string();
            let sets = || data.exercises.iter().flat_map(|exercise| &exercise.sets).filter(|set| works(set));
            let sums = (
                1,
                data.duration_s(),
                data.energy_kcal.unwrap_or(0).into(),
                data.energy_kcal.is_some().into(),
                sets().filter_map(volume).sum(),
            );
            add(&mut model.lifetime, sums);
            add(model.days.entry(day).or_default(), sums);
            let names: BTreeSet<_> = data.exercises.iter().map(|exercise| &exercise.exercise_id).collect();
            for name in names {
                let (workouts, bests) = model.exercises.entry(name.clone()).or_default();
                *workouts += 1;
                let sets = data.exercises.iter().filter(|exercise| exercise.exercise_id == *name);
                let mut alone = Bests::default();
                for set in sets.clone().flat_map(|exercise| &exercise.sets).filter(|set| works(set)) {
                    better(bests, set);
                    better(&mut alone, set);
                }
                let of = RecordOf::Exercise(name.clone());
                let volume = sets.flat_map(|exercise| &exercise.sets).filter(|set| works(set)).filter_map(volume).sum();
                let (heaviest, e1rm, reps, least) = alone;
                model.record(&of, RecordKind::HeaviestLoadG, heaviest, data);
                model.record(&of, RecordKind::E1rmG, e1rm, data);
                model.record(&of, RecordKind::MostReps, reps, data);
                model.record(&of, RecordKind::WorkoutVolumeG, Some(volume), data);
                model.record(&of, RecordKind::LeastAssistanceG, least, data);
            }
            let of = RecordOf::Activity(data.activity_type);
            model.record(&of, RecordKind::LongestDurationS, Some(data.duration_s()), data);
            model.record(&of, RecordKind::LongestDistanceM, data.distance_m.map(i64::from), data);
            model.last_workout = Some(data.workout_id);
        }
        let habits = Habits { day_start_hour: hour, week_start: week_start(user, said) };
        model.reached = reached(user, said, &dated, habits);
        model
    }

    /// Whatever is better than all before it is a record; workouts come here by their time.
    fn record(&mut self, of: &RecordOf, kind: RecordKind, value: Option<i64>, data: &WorkoutPerformed) {
        let is_help = kind == RecordKind::LeastAssistanceG;
        let Some(value) = value.filter(|value| is_help || *value > 0) else { return };
        let sign = if is_help { -1 } else { 1 };
        let records = self.records.entry((of.clone(), kind)).or_default();
        if records.iter().all(|(other, _)| sign * value > sign * other) {
            records.push((value, data.workout_id));
        }
    }

    /// The same of what a store says.
    pub(super) fn from_figures(figures: &Figures) -> Self {
        let sums = |tally: &crate::Tally| {
            (tally.workouts, tally.duration_s, tally.energy_kcal, tally.energy_workouts, tally.volume_g)
        };
        let exercises = figures.exercises.iter().map(|exercise| {
            let best = |of: fn(&crate::TrendPoint) -> Option<i64>| exercise.trend.iter().filter_map(of).max();
            let record =
                |kind| exercise.records.iter().filter(move |record| record.kind == kind).map(|record| record.value);
            let bests = (
                best(|point| point.heaviest_g),
                best(|point| point.e1rm_g),
                record(RecordKind::MostReps).max(),
                record(RecordKind::LeastAssistanceG).min(),
            );
            (exercise.sums.exercise_id.clone(), (exercise.sums.workouts, bests))
        });
        let mut records = BTreeMap::<_, Vec<_>>::new();
        for record in figures.records.iter().chain(figures.exercises.iter().flat_map(|exercise| &exercise.records)) {
            let of = records.entry((record.of.clone(), record.kind)).or_default();
            assert_eq!(record.previous, of.last().map(|(value, _)| *value));
            of.push((record.value, record.workout_id));
        }
        let achieved = figures.outcomes.iter().filter(|outcome| outcome.achieved);
        let reached = achieved.filter_map(|outcome| {
            Some((outcome.goal_id, outcome.days.first.to_string(), outcome.workout_id?, outcome.value))
        });
        Self {
            reached: reached.collect(),
            records,
            lifetime: sums(&figures.lifetime.sums),
            days: figures.days.iter().map(|point| (point.first_day.to_string(), sums(&point.sums))).collect(),
            exercises: exercises.collect(),
            last_workout: figures.last_workout.map(|workout| workout.workout_id),
        }
    }
}

fn erased(said: &Said) -> Option<UserId> {
    if let Said::Erased(event) = said { Some(event.data().user_id) } else { None }
}

fn day_start_hour(user: UserId, said: &[Said]) -> u8 {
    let wishes = said.iter().filter_map(|said| match said {
        Said::Wished(event) if event.data().user_id == user => Some((event.time(), event.data().day_start_hour?)),
        _ => None,
    });
    wishes.max().map_or(0, |(_, hour)| hour)
}

fn week_start(user: UserId, said: &[Said]) -> WeekStart {
    let wishes = said.iter().filter_map(|said| match said {
        Said::Wished(event) if event.data().user_id == user => Some((event.time(), event.data().week_start?)),
        _ => None,
    });
    wishes.max_by_key(|(at, _)| *at).map_or(WeekStart::Monday, |(_, week_start)| week_start)
}

/// Of each workout the highest revision, unless it is deleted or of somebody who was erased.
fn winners<'s>(said: &'s [Said], erased: &BTreeSet<UserId>) -> Vec<&'s WorkoutPerformed> {
    let mut winners = BTreeMap::<WorkoutId, ((u32, bool), Option<&WorkoutPerformed>)>::new();
    for said in said {
        let (workout, rank, data) = match said {
            Said::Performed(event) => {
                let data = event.data();
                let is_gone = erased.contains(&data.user_id);
                (data.workout_id, (data.revision, is_gone), (!is_gone).then_some(data))
            }
            Said::Deleted(event) => (event.data().workout_id, (event.data().revision, true), None),
            _ => continue,
        };
        let winner = winners.entry(workout).or_insert((rank, data));
        if rank > winner.0 {
            *winner = (rank, data);
        }
    }
    winners.into_values().filter_map(|(_, data)| data).collect()
}

pub(super) fn works(set: &Set) -> bool {
    set.kind != SetKind::Warmup
}

pub(super) fn volume(set: &Set) -> Option<i64> {
    let is_load = set.load_mode != Some(LoadMode::Assisted);
    Some(i64::from(set.load_g.filter(|_| is_load)?) * i64::from(set.reps?))
}

pub(super) fn better(bests: &mut Bests, set: &Set) {
    let Some(reps) = set.reps.filter(|reps| *reps > 0).map(i64::from) else { return };
    bests.2 = bests.2.max(Some(reps));
    let Some(load) = set.load_g.map(i64::from) else { return };
    if set.load_mode == Some(LoadMode::Assisted) {
        bests.3 = Some(bests.3.map_or(load, |least| least.min(load)));
    } else if load > 0 {
        bests.0 = bests.0.max(Some(load));
        // Twice the grams, and one more, halved: rounded half upwards.
        let estimate = if reps == 1 { load } else { ((load * (30 + reps)) * 2 / 30 + 1) / 2 };
        bests.1 = bests.1.max((reps <= 12).then_some(estimate));
    }
}

fn add(sums: &mut Sums, other: Sums) {
    sums.0 += other.0;
    sums.1 += other.1;
    sums.2 += other.2;
    sums.3 += other.3;
    sums.4 += other.4;
}
