//! What a few people do, with corrections and deletions, as events.

use std::mem;

use stats_store::Fact;
use workout_events::amqp::Message;
use workout_events::jiff::Timestamp;
use workout_events::types::user::UserPreferencesChanged;
use workout_events::{
    ActivityType, Event, EventType, Exercise, Moment, Set, SetKind, Source, UserId, WorkoutDeleted, WorkoutId,
    WorkoutPerformed, ZoneName,
};

use crate::outbox::suite::chaos::Dice;

/// Something that happened, as it is published and as it is written.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) message: Message,
    pub(super) fact: Fact,
}

/// A tale that goes on as long as somebody asks.
#[derive(Debug)]
pub(super) struct Tale {
    pub(super) users: Vec<UserId>,
    pub(super) said: Vec<Said>,
    /// How much of it was asked for.
    told: usize,
    workouts: usize,
    last: Option<WorkoutId>,
}

impl Tale {
    /// About three people, of whom one begins the day at 4 o'clock.
    pub(super) fn new() -> Self {
        let users: Vec<_> = (0..3).map(|_| UserId::generate()).collect();
        let mut wish = UserPreferencesChanged::new(users[0]);
        wish.day_start_hour = Some(4);
        let said = vec![said(wish)];
        Self { users, said, told: 0, workouts: 0, last: None }
    }

    /// The same with so many workouts.
    pub(super) fn of(workouts: usize) -> Self {
        let mut tale = Self::new();
        tale.go_on(workouts);
        tale
    }

    /// Tells of so many workouts more. The last one of those before is corrected first. A third of the new ones is, too, some
    /// of them to somebody else's, and a quarter is deleted. Returns what is new.
    pub(super) fn go_on(&mut self, workouts: usize) -> Vec<Said> {
        if let Some(last) = self.last {
            self.said.push(said(nth_workout(last, self.users[1], self.workouts + 50).revision(3)));
        }
        for _ in 0..workouts {
            let n = self.workouts;
            self.workouts += 1;
            let (workout, user) = (WorkoutId::generate(), self.users[n % 3]);
            self.last = Some(workout);
            self.said.push(said(nth_workout(workout, user, n)));
            if n % 3 == 1 {
                let user = if n % 9 == 1 { self.users[(n + 1) % 3] } else { user };
                self.said.push(said(nth_workout(workout, user, n + 1).revision(2)));
            }
            if n % 4 == 3 {
                self.said.push(said(WorkoutDeleted::new(workout, 2)));
            }
        }
        self.said[mem::replace(&mut self.told, self.said.len())..].to_vec()
    }

    /// The same as facts.
    pub(super) fn facts_of(&mut self, workouts: usize) -> Vec<Fact> {
        self.go_on(workouts).into_iter().map(|said| said.fact).collect()
    }

    /// Each once, as it happened.
    pub(super) fn facts(&self) -> Vec<Fact> {
        self.said.iter().map(|said| said.fact.clone()).collect()
    }

    /// Each so often, in any order.
    pub(super) fn shuffled(&self, times: usize, seed: u64) -> Vec<Said> {
        let mut dice = Dice::new(seed);
        let mut all: Vec<_> = (0..times).flat_map(|_| self.said.iter().cloned()).collect();
        for at in (1..all.len()).rev() {
            all.swap(at, usize::try_from(dice.roll(at as u64 + 1)).unwrap());
        }
        all
    }
}

fn said<T: EventType>(data: T) -> Said
where
    Fact: for<'e> From<&'e Event<T>>,
{
    let event = Event::new("/tests", data).unwrap();
    Said { message: Message::of(&event).unwrap(), fact: Fact::from(&event) }
}

/// The n-th workout: of ten minutes and some seconds, with two sets of an exercise.
fn nth_workout(workout: WorkoutId, user: UserId, n: usize) -> WorkoutPerformed {
    let n = i64::try_from(n).unwrap();
    let started = 1_700_000_000 + n * 20_000;
    let mut data = workout_of(workout, user, started, 600 + n);
    let set = |index, reps| {
        let mut set = Set::new(index, SetKind::Normal);
        (set.reps, set.load_g) = (Some(reps), Some(60_000));
        set
    };
    let name = ["squat", "bench-press"][usize::from(n % 2 == 0)];
    data.exercises.push(Exercise::new(name, name).sets(vec![set(0, 5), set(1, 8)]));
    data
}

/// A workout of so many seconds.
pub(super) fn workout_of(workout: WorkoutId, user: UserId, started: i64, seconds: i64) -> WorkoutPerformed {
    let moment = |second| Moment::from(Timestamp::from_second(second).unwrap());
    WorkoutPerformed::in_zone(
        (workout, user),
        Source::new("tests"),
        ActivityType::Strength,
        (moment(started), moment(started + seconds)),
        ZoneName::utc(),
    )
}

/// A new workout of so many seconds.
pub(super) fn performed(user: UserId, seconds: i64) -> Fact {
    said(workout_of(WorkoutId::generate(), user, 1_700_000_000, seconds)).fact
}

/// Two workouts with one id and one revision.
pub(super) fn contradiction(user: UserId) -> (Fact, Fact) {
    let workout = WorkoutId::generate();
    let of = |seconds| said(workout_of(workout, user, 1_700_000_000, seconds)).fact;
    (of(60), of(90))
}
