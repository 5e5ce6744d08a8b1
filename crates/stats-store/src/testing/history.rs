//! Random histories of a few people, as events.

use proptest::prelude::*;
use proptest::sample::select;
use workout_events::jiff::Timestamp;
use workout_events::types::goal::{GoalCancelled, GoalChanged, GoalMetric, GoalPeriod, GoalSet};
use workout_events::types::user::{UserErased, UserPreferencesChanged, UserVisibilityChanged, WeekStart};
use workout_events::{
    ActivityType, Event, EventType, Exercise, GoalId, LoadMode, Moment, Set, SetKind, Source, UserId, WorkoutDeleted,
    WorkoutId, WorkoutPerformed, ZoneName,
};

use crate::Fact;

/// What happened to a few people, and in which order and how often it is told.
#[derive(Debug, Clone)]
pub struct History {
    happened: Vec<Happened>,
    /// Places in `happened`: each is told at least once.
    told: Vec<usize>,
    /// How many facts are told together.
    batch: usize,
}

/// People and workouts are numbers here, so that a failure reads well. They become ids when the history is told.
#[derive(Debug, Clone)]
enum Happened {
    Performed(Box<Workout>),
    Deleted { workout: usize, revision: u32, owner: Option<usize> },
    Wished { user: usize, second: i64, day_start_hour: Option<u8>, week_start: Option<WeekStart> },
    Shown { user: usize, second: i64, leaderboard: bool },
    Aimed { user: usize, goal: usize, second: i64, aim: Aim },
    Erased { user: usize },
}

/// What a person says about a goal.
#[derive(Debug, Clone)]
enum Aim {
    Set { goal: Box<Aimed>, target: u32, due: Option<&'static str> },
    Changed { target: u32, period: Option<GoalPeriod> },
    Cancelled,
}

#[derive(Debug, Clone)]
struct Aimed {
    metric: GoalMetric,
    period: GoalPeriod,
    activity: Option<ActivityType>,
    exercise: Option<usize>,
    starts: Option<&'static str>,
}

#[derive(Debug, Clone)]
struct Workout {
    number: usize,
    user: usize,
    revision: u32,
    activity: ActivityType,
    started: i64,
    seconds: i64,
    zone: &'static str,
    active_s: Option<u32>,
    energy_kcal: Option<u32>,
    distance_m: Option<u32>,
    exercises: Vec<(usize, Vec<Set>)>,
}

/// An event of a history.
#[derive(Debug, Clone)]
pub(super) enum Said {
    Performed(Box<Event<WorkoutPerformed>>),
    Deleted(Event<WorkoutDeleted>),
    Wished(Event<UserPreferencesChanged>),
    Shown(Event<UserVisibilityChanged>),
    GoalSet(Event<GoalSet>),
    GoalChanged(Event<GoalChanged>),
    GoalCancelled(Event<GoalCancelled>),
    Erased(Event<UserErased>),
}

impl Said {
    pub(super) fn fact(&self) -> Fact {
        match self {
            Self::Performed(event) => (&**event).into(),
            Self::Deleted(event) => event.into(),
            Self::Wished(event) => event.into(),
            Self::Shown(event) => event.into(),
            Self::GoalSet(event) => event.into(),
            Self::GoalChanged(event) => event.into(),
            Self::GoalCancelled(event) => event.into(),
            Self::Erased(event) => event.into(),
        }
    }
}

const USERS: usize = 3;
const WORKOUTS: usize = 5;
const GOALS: usize = 2;

/// When goals begin, and when they are due.
const EDGES: [&str; 4] =
    ["2024-02-29T00:00:00Z", "2025-12-29T00:30:00+14:00", "2026-03-28T23:30:00Z", "2026-04-02T00:00:00-05:00"];

/// Moments at which something is special: the clocks change, a year or a leap day ends, an ordinary day begins.
const MOMENTS: [&str; 9] = [
    "2025-12-31T22:30:00Z",
    "2026-01-01T03:00:00Z",
    "2026-03-08T09:59:00Z",
    "2026-03-28T23:30:00Z",
    "2026-03-29T01:10:00Z",
    "2025-10-26T00:30:00Z",
    "2024-02-29T23:59:59Z",
    "2026-04-01T11:00:00Z",
    "2026-04-02T03:30:00Z",
];

const ZONES: [&str; 6] =
    ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Australia/Lord_Howe", "Asia/Kathmandu"];

/// Histories with corrections, deletions, moves from one person to another, wishes and, rarely, an erased person; told in any
/// order, some of it several times, a few facts at once.
pub fn histories() -> impl Strategy<Value = History> {
    let happened = prop::collection::vec(happened(), 1..16).prop_map(without_contradictions);
    happened
        .prop_flat_map(|happened| {
            let again = prop::collection::vec(0..happened.len(), 0..6);
            let told = again.prop_map({
                let all = happened.len();
                move |again| (0..all).chain(again).collect::<Vec<_>>()
            });
            (Just(happened), told.prop_shuffle(), 1..8_usize)
        })
        .prop_map(|(happened, told, batch)| History { happened, told, batch })
}

fn happened() -> impl Strategy<Value = Happened> {
    let deleted = (0..WORKOUTS, 1..4_u32, prop::option::of(0..USERS))
        .prop_map(|(workout, revision, owner)| Happened::Deleted { workout, revision, owner });
    let shown = (0..USERS, 0..1_000_i64, any::<bool>()).prop_map(|(user, second, leaderboard)| Happened::Shown {
        user,
        second,
        leaderboard,
    });
    let wished = (0..USERS, 0..1_000_i64, 0..24_u8, prop::option::of(select(WeekStart::ALL))).prop_map(
        |(user, second, hour, week_start)| {
            let day_start_hour = (hour < 8 || week_start.is_none()).then_some(hour);
            Happened::Wished { user, second, day_start_hour, week_start }
        },
    );
    prop_oneof![
        16 => workout().prop_map(|workout| Happened::Performed(Box::new(workout))),
        4 => deleted,
        2 => wished,
        1 => shown,
        3 => aimed(),
        1 => (0..USERS).prop_map(|user| Happened::Erased { user }),
    ]
}

fn aimed() -> impl Strategy<Value = Happened> {
    let target = prop_oneof![1..4_u32, 1..4_000_u32, 1..900_000_u32];
    let what = (select(GoalMetric::ALL), select(GoalPeriod::ALL));
    let only =
        (prop::option::of(select(&[ActivityType::Running, ActivityType::Strength])), prop::option::of(0..3_usize));
    let days = (prop::option::of(select(&EDGES)), prop::option::of(select(&EDGES)));
    let set = (what, only, days, target.clone()).prop_map(
        |((metric, period), (activity, exercise), (starts, due), target)| {
            let goal = Box::new(Aimed { metric, period, activity, exercise, starts });
            Aim::Set { goal, target, due }
        },
    );
    let changed = (target, prop::option::of(select(GoalPeriod::ALL)));
    let aim = prop_oneof![
        4 => set,
        1 => changed.prop_map(|(target, period)| Aim::Changed { target, period }),
        1 => Just(Aim::Cancelled),
    ];
    // From the summer before most workouts to the spring in which they end.
    (0..USERS, 0..GOALS, 0..30_000_000_i64, aim).prop_map(|(user, goal, second, aim)| Happened::Aimed {
        user,
        goal,
        second,
        aim,
    })
}

fn workout() -> impl Strategy<Value = Workout> {
    let who = (0..WORKOUTS, 0..USERS, 1..4_u32);
    let what = select(&[ActivityType::Running, ActivityType::Strength, ActivityType::Yoga]);
    let when = (select(&MOMENTS), -90_000..90_000_i64, 1..86_400_i64, select(&ZONES));
    let how_much = (prop::option::of(0..=1_u32), prop::option::of(0..900_u32), prop::option::of(0..9_000_u32));
    let exercises = prop::collection::vec((0..3_usize, prop::collection::vec(set(), 0..4)), 0..4);
    (who, what, when, how_much, exercises).prop_map(
        |(
            (workout, user, revision),
            activity,
            (at, later, seconds, zone),
            (active_s, energy_kcal, distance_m),
            exercises,
        )| {
            let at: Timestamp = at.parse().expect("the moments are written above");
            let started = at.as_second() + later;
            Workout {
                number: workout,
                user,
                revision,
                activity,
                started,
                seconds,
                zone,
                active_s,
                energy_kcal,
                distance_m,
                exercises,
            }
        },
    )
}

fn set() -> impl Strategy<Value = Set> {
    let modes = prop::option::of(select(LoadMode::ALL));
    let measures = (prop::option::of(0..16_u16), prop::option::of(select(&[0_u32, 15, 60_000, 62_500])), modes);
    (select(SetKind::ALL), measures, 0..3_u32).prop_map(|(kind, (reps, load_g, load_mode), distance)| {
        // A set has at least one measure.
        let mut set = Set::new(0, kind).distance_m(distance);
        (set.reps, set.load_g, set.load_mode) = (reps, load_g, load_mode);
        set
    })
}

/// One workout has one content for each revision: two are a conflict, in which whoever came first stays, so that the order
/// matters.
fn without_contradictions(happened: Vec<Happened>) -> Vec<Happened> {
    let mut seen = std::collections::BTreeSet::new();
    let mut wishes = std::collections::BTreeSet::new();
    let mut shown = std::collections::BTreeSet::new();
    let mut aims = std::collections::BTreeSet::new();
    let is_new = |happened: &Happened| match happened {
        Happened::Performed(workout) => seen.insert((workout.number, workout.revision, true)),
        Happened::Deleted { workout, revision, .. } => seen.insert((*workout, *revision, false)),
        Happened::Shown { user, second, .. } => shown.insert((*user, *second)),
        Happened::Wished { user, second, .. } => wishes.insert((*user, *second)),
        Happened::Aimed { user, goal, second, .. } => aims.insert((*user, *goal, *second)),
        Happened::Erased { .. } => true,
    };
    happened.into_iter().filter(is_new).collect()
}

impl History {
    /// The people it is about, and its events as they happened. The ids are new each time.
    pub(super) fn events(&self) -> (Vec<UserId>, Vec<Said>) {
        let users: Vec<_> = (0..USERS).map(|_| UserId::generate()).collect();
        let workouts: Vec<_> = (0..WORKOUTS).map(|_| WorkoutId::generate()).collect();
        let goals: Vec<_> = (0..GOALS).map(|_| GoalId::generate()).collect();
        let said = self.happened.iter().map(|happened| match happened {
            Happened::Performed(workout) => Said::Performed(Box::new(event(workout.data(&users, &workouts), 0))),
            Happened::Deleted { workout, revision, owner } => {
                let mut data = WorkoutDeleted::new(workouts[*workout], *revision);
                data.user_id = owner.map(|owner| users[owner]);
                Said::Deleted(event(data, 0))
            }
            Happened::Shown { user, second, leaderboard } => {
                Said::Shown(event(UserVisibilityChanged::new(users[*user]).leaderboard(*leaderboard), *second))
            }
            Happened::Wished { user, second, day_start_hour, week_start } => {
                let mut data = UserPreferencesChanged::new(users[*user]);
                (data.day_start_hour, data.week_start) = (*day_start_hour, *week_start);
                Said::Wished(event(data, *second))
            }
            Happened::Aimed { user, goal, second, aim } => aim.said((goals[*goal], users[*user]), *second),
            Happened::Erased { user } => Said::Erased(event(UserErased::new(users[*user]), 0)),
        });
        let said = said.collect();
        (users, said)
    }

    /// The facts as they are told, in batches.
    pub(super) fn told(&self, said: &[Said]) -> Vec<Vec<Fact>> {
        let facts: Vec<_> = self.told.iter().map(|place| said[*place].fact()).collect();
        facts.chunks(self.batch).map(<[Fact]>::to_vec).collect()
    }
}

impl Aim {
    fn said(&self, (goal, user): (GoalId, UserId), second: i64) -> Said {
        let moment = |text: &str| text.parse::<Moment>().expect("the edges are written above");
        match self {
            Self::Set { goal: aimed, target, due } => {
                let mut data = GoalSet::new(goal, user, aimed.metric, *target, aimed.period);
                data.activity_type = aimed.activity;
                data.exercise_id = aimed.exercise.map(|exercise| format!("exercise-{exercise}"));
                (data.starts_at, data.due_at) = (aimed.starts.map(moment), due.map(moment));
                Said::GoalSet(event(data, second))
            }
            Self::Changed { target, period } => {
                let mut data = GoalChanged::new(goal, user).target(*target);
                data.period = *period;
                Said::GoalChanged(event(data, second))
            }
            Self::Cancelled => Said::GoalCancelled(event(GoalCancelled::new(goal, user), second)),
        }
    }
}

impl Workout {
    fn data(&self, users: &[UserId], workouts: &[WorkoutId]) -> WorkoutPerformed {
        let moment = |second| Moment::from(Timestamp::from_second(second).expect("within the years of the contract"));
        let mut data = WorkoutPerformed::in_zone(
            (workouts[self.number], users[self.user]),
            Source::new("tests"),
            self.activity,
            (moment(self.started), moment(self.started + self.seconds)),
            ZoneName::new(self.zone).expect("the zones are written above"),
        )
        .revision(self.revision);
        (data.active_s, data.energy_kcal, data.distance_m) = (self.active_s, self.energy_kcal, self.distance_m);
        for (exercise, sets) in &self.exercises {
            let name = format!("exercise-{exercise}");
            data.exercises.push(Exercise::new(name.clone(), name).sets(sets.clone()));
        }
        data
    }
}

fn event<T: EventType>(data: T, second: i64) -> Event<T> {
    let time = Timestamp::from_second(1_750_000_000 + second).expect("within the years of the contract");
    Event::builder("/tests", data).time(time).build().expect("histories are valid")
}
