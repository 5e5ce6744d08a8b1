//! Workouts: performed, edited, deleted.

use jiff::Zoned;

use super::SLUG;
use crate::{
    Check, Code, EventId, EventType, GroupSessionId, Moment, UserId, WodId, WorkoutId, ZoneName, contract, event,
};

/// The longest workout: from start to end.
const MAX_SPAN_SECONDS: i64 = 24 * 3600;

/// The most sets in all exercises of a workout together.
const MAX_SETS: usize = 500;

/// A person did a workout, or corrected what was known about it.
///
/// Units are integers everywhere: sums are then independent of their order. An edit is the same event with the next
/// `revision`; the highest one wins, in whatever order they arrive.
#[event(
    type = "workout.performed",
    version = 1,
    subject = workout_id,
    exchange = "workout.performed",
    id = identity,
    no_new,
    rules(
        "ended_at is later than started_at, by at most 24 hours",
        "active_s is at most the time from started_at to ended_at",
        "avg_hr is at most max_hr",
        "the exercises have at most 500 sets in all",
        "ended_at lies at most 24 hours in the future of the reader's clock",
    )
)]
pub struct WorkoutPerformed {
    /// The workout, the same for all its revisions.
    pub workout_id: WorkoutId,
    /// Who did it.
    pub user_id: UserId,
    /// Counts the corrections, from 1. The highest revision wins.
    #[field(range = 1..=2_147_483_647, default = 1)]
    pub revision: u32,
    /// Where the workout was recorded.
    pub source: Source,
    /// What was done.
    pub activity_type: ActivityType,
    /// What was done, in the person's words; for `other` and to refine the type.
    #[field(chars = 1..=80, private)]
    pub activity_label: Option<String>,
    /// When it began, as the person's clock showed it.
    pub started_at: Moment,
    /// When it ended, as the person's clock showed it.
    #[field(example = "2026-03-28T18:29:00+01:00")]
    pub ended_at: Moment,
    /// The zone in which it began: the workout belongs to the local day of its start.
    pub time_zone: ZoneName,
    /// Seconds of activity, without pauses. Absent means: all of the time from start to end.
    #[field(range = 0..=86_400)]
    pub active_s: Option<u32>,
    /// Energy in kilocalories. Absent is unknown, and not 0.
    #[field(range = 0..=20_000)]
    pub energy_kcal: Option<u32>,
    /// Distance in metres.
    #[field(range = 0..=1_000_000)]
    pub distance_m: Option<u32>,
    /// Metres climbed.
    #[field(range = 0..=20_000)]
    pub elevation_gain_m: Option<u32>,
    /// Average heart rate, in beats per minute.
    #[field(range = 20..=250)]
    pub avg_hr: Option<u16>,
    /// Highest heart rate, in beats per minute.
    #[field(range = 20..=250)]
    pub max_hr: Option<u16>,
    /// How hard the whole session felt, in tenths: 85 is an RPE of 8.5.
    #[field(range = 10..=100)]
    pub session_rpe_x10: Option<u8>,
    /// What the person called it. Never logged.
    #[field(chars = 0..=200, private)]
    pub title: Option<String>,
    /// What the person wrote about it. Never logged.
    #[field(chars = 0..=4_000, lines, private)]
    pub notes: Option<String>,
    /// The coach who led it.
    pub coach_id: Option<UserId>,
    /// The group session it was part of.
    pub group_session_id: Option<GroupSessionId>,
    /// The workout of the day it followed.
    pub wod_id: Option<WodId>,
    /// The exercises, in the order in which they were done.
    #[field(items = 0..=100)]
    pub exercises: Vec<Exercise>,
}

impl WorkoutPerformed {
    /// A first revision that began and ended as the clock on the wall showed: the zone is that of `started`.
    ///
    /// A zone without an IANA name, such as a bare offset, is taken as `UTC` for the local day; the moments keep
    /// their offsets.
    #[must_use]
    pub fn new(
        workout_id: WorkoutId,
        user_id: UserId,
        source: Source,
        activity_type: ActivityType,
        started: &Zoned,
        ended: &Zoned,
    ) -> Self {
        let zone = started.time_zone().iana_name().and_then(|name| ZoneName::new(name).ok());
        Self::in_zone(
            (workout_id, user_id),
            source,
            activity_type,
            (started.into(), ended.into()),
            zone.unwrap_or_else(ZoneName::utc),
        )
    }

    /// A first revision from moments and a zone that are already in the form of the contract.
    #[must_use]
    pub fn in_zone(
        (workout_id, user_id): (WorkoutId, UserId),
        source: Source,
        activity_type: ActivityType,
        (started_at, ended_at): (Moment, Moment),
        time_zone: ZoneName,
    ) -> Self {
        Self {
            workout_id,
            user_id,
            revision: 1,
            source,
            activity_type,
            activity_label: None,
            started_at,
            ended_at,
            time_zone,
            active_s: None,
            energy_kcal: None,
            distance_m: None,
            elevation_gain_m: None,
            avg_hr: None,
            max_hr: None,
            session_rpe_x10: None,
            title: None,
            notes: None,
            coach_id: None,
            group_session_id: None,
            wod_id: None,
            exercises: Vec::new(),
        }
    }

    /// Seconds from start to end.
    #[must_use]
    pub fn elapsed_s(&self) -> i64 {
        self.ended_at.timestamp().duration_since(self.started_at.timestamp()).as_secs()
    }

    /// Seconds that count as training: the active ones where they are known, else all from start to end.
    #[must_use]
    pub fn duration_s(&self) -> i64 {
        self.active_s.map_or_else(|| self.elapsed_s(), i64::from)
    }

    /// The id of the event follows from workout and revision: the same fact is the same event, whoever says it.
    fn identity(&self) -> EventId {
        EventId::derived(Self::TYPE, &[&self.workout_id, &self.revision])
    }

    fn rules(&self, check: &mut Check<'_>) {
        let span = ["ended_at", "started_at"];
        let elapsed = self.ended_at.timestamp().duration_since(self.started_at.timestamp());
        check.rule(elapsed.is_positive(), Code::EndNotAfterStart, &span, "the end must be later than the start");
        let fits = elapsed.as_secs() < MAX_SPAN_SECONDS
            || (elapsed.as_secs() == MAX_SPAN_SECONDS && elapsed.subsec_nanos() == 0);
        check.rule(fits, Code::SpanTooLong, &span, "a workout lasts at most 24 hours");
        if elapsed.is_positive() {
            check.rule(
                self.active_s.is_none_or(|active| i64::from(active) <= ceil_seconds(elapsed)),
                Code::ExceedsElapsed,
                &["active_s", "started_at", "ended_at"],
                "the active time is at most the time from start to end",
            );
        }
        check.rule(
            !matches!((self.avg_hr, self.max_hr), (Some(average), Some(maximum)) if average > maximum),
            Code::AverageAboveMaximum,
            &["avg_hr", "max_hr"],
            "the average heart rate is at most the highest one",
        );
        check.rule(
            self.exercises.iter().map(|exercise| exercise.sets.len()).sum::<usize>() <= MAX_SETS,
            Code::TooManySets,
            &["exercises"],
            "the exercises have at most 500 sets in all",
        );
        check.not_in_future("ended_at", self.ended_at);
    }
}

/// A started second counts: who moved for 59.5 of 59.5 seconds may round that to 60.
fn ceil_seconds(span: jiff::SignedDuration) -> i64 {
    span.as_secs() + i64::from(span.subsec_nanos() > 0)
}

/// Where a workout was recorded.
#[contract]
pub struct Source {
    /// The name of the app, device or service.
    #[field(chars = 1..=64)]
    pub name: String,
    /// The name of the workout there: the same pair of names is the same workout.
    #[field(chars = 1..=128)]
    pub external_id: Option<String>,
    /// Whether a sensor or the person says so.
    pub modality: Option<Modality>,
}

/// How a workout came to be known.
#[contract]
pub enum Modality {
    /// A device measured it.
    Sensed,
    /// The person wrote it down.
    SelfReported,
}

/// What was done.
#[contract]
pub enum ActivityType {
    /// Lifting weights, or one's own weight, in sets.
    Strength,
    /// Running outdoors.
    Running,
    /// Running on a treadmill.
    TreadmillRunning,
    /// Running on trails.
    TrailRunning,
    /// Walking.
    Walking,
    /// Hiking.
    Hiking,
    /// Cycling outdoors.
    Cycling,
    /// Cycling on a trainer.
    IndoorCycling,
    /// Mountain biking.
    MountainBiking,
    /// Swimming in a pool.
    Swimming,
    /// Swimming in open water.
    OpenWaterSwimming,
    /// Rowing on water.
    Rowing,
    /// Rowing on a machine.
    IndoorRowing,
    /// An elliptical trainer.
    Elliptical,
    /// Stairs, real or of a machine.
    StairClimbing,
    /// High-intensity interval training.
    Hiit,
    /// A workout of mixed modes, such as a workout of the day.
    FunctionalFitness,
    /// Circuit training.
    CircuitTraining,
    /// Yoga.
    Yoga,
    /// Pilates.
    Pilates,
    /// Stretching and mobility.
    Mobility,
    /// Dancing.
    Dance,
    /// Climbing and bouldering.
    Climbing,
    /// Boxing and other martial arts.
    MartialArts,
    /// Football, basketball and other games in teams.
    TeamSport,
    /// Tennis, badminton, squash and the like.
    RacketSport,
    /// Golf.
    Golf,
    /// Skiing downhill.
    AlpineSkiing,
    /// Skiing cross-country.
    NordicSkiing,
    /// Snowboarding.
    Snowboarding,
    /// Skating on ice or wheels.
    Skating,
    /// Paddling a kayak, a canoe or a board.
    Paddling,
    /// Jumping rope.
    JumpRope,
    /// Anything else; `activity_label` says what.
    Other,
}

/// An exercise within a workout, with its sets.
#[contract]
pub struct Exercise {
    /// The exercise, the same across workouts.
    #[field(format = SLUG)]
    pub exercise_id: String,
    /// What the person calls it.
    #[field(chars = 1..=120)]
    pub name: String,
    /// Exercises with the same value were done in turns.
    #[field(format = SLUG)]
    pub superset_id: Option<String>,
    /// The sets, in the order in which they were done.
    #[field(items = 0..=500)]
    pub sets: Vec<Set>,
}

/// One set. It has at least one measure.
#[contract(any_of(reps, load_g, distance_m, duration_ms))]
pub struct Set {
    /// The place of the set within its exercise, from 0.
    #[field(range = 0..=499)]
    pub index: u16,
    /// What the set was for.
    pub kind: SetKind,
    /// Repetitions.
    #[field(range = 0..=1_000)]
    pub reps: Option<u16>,
    /// Load in grams; `load_mode` says what it does.
    #[field(range = 0..=1_500_000)]
    pub load_g: Option<u32>,
    /// What the load does. Absent means external.
    pub load_mode: Option<LoadMode>,
    /// Distance in metres.
    #[field(range = 0..=1_000_000)]
    pub distance_m: Option<u32>,
    /// Duration in milliseconds.
    #[field(range = 0..=86_400_000)]
    pub duration_ms: Option<u32>,
    /// Rest after the set, in seconds.
    #[field(range = 0..=86_400)]
    pub rest_s: Option<u32>,
    /// When the set was done.
    pub completed_at: Option<Moment>,
    /// How hard the set felt, in tenths: 85 is an RPE of 8.5.
    #[field(range = 10..=100)]
    pub rpe_x10: Option<u8>,
    /// What the person typed, to show it again exactly.
    pub entered: Option<Entered>,
}

/// What a set was for. Warm-ups do not count towards volume and records.
#[contract]
pub enum SetKind {
    /// Preparation.
    Warmup,
    /// A working set.
    Normal,
    /// Continued with less load, without rest.
    Dropset,
    /// Done until nothing went any more.
    Failure,
}

/// What a load does to the movement.
#[contract]
pub enum LoadMode {
    /// It is moved.
    External,
    /// It is added to the body's own weight.
    Added,
    /// It takes weight off the body: less is harder.
    Assisted,
}

/// A measure as the person typed it.
#[contract]
pub struct Entered {
    /// The number, as typed.
    #[field(chars = 1..=16)]
    pub value: String,
    /// The unit in which it was typed.
    pub unit: EnteredUnit,
}

/// The units in which people type measures.
#[contract]
pub enum EnteredUnit {
    /// Kilograms.
    Kg,
    /// Pounds.
    Lb,
    /// Metres.
    M,
    /// Kilometres.
    Km,
    /// Miles.
    Mi,
    /// Yards.
    Yd,
    /// Seconds.
    S,
    /// Minutes.
    Min,
}

/// A workout was deleted: a tombstone for every revision up to this one.
#[event(type = "workout.deleted", version = 1, subject = workout_id, id = identity)]
pub struct WorkoutDeleted {
    /// The workout.
    pub workout_id: WorkoutId,
    /// The last revision that is deleted; one up to it that arrives later changes nothing.
    #[field(range = 1..=2_147_483_647)]
    pub revision: u32,
    /// Whose workout it was, so that a deletion that arrives first has an owner.
    pub user_id: Option<UserId>,
}

impl WorkoutDeleted {
    /// The id of the event follows from workout and revision, as for [`WorkoutPerformed`].
    fn identity(&self) -> EventId {
        EventId::derived(Self::TYPE, &[&self.workout_id, &self.revision])
    }
}
