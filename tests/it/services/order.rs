//! The same events lead to the same last workout, in whatever order they come.

use serde_json::{Value, json};
use support::service::Running;
use support::wait;
use workout_consumer::Broker;
use workout_events::jiff::Timestamp;
use workout_events::{
    ActivityType, Event, Moment, Source, UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed, ZoneName,
};
use workout_publisher::{Outcome, Publisher};

use super::LIMIT;
use super::stack::Stack;

/// How often the events are told, each time to other people and in another order.
const ORDERS: u64 = 40;

#[tokio::test]
async fn late_repeated_corrected_moved_and_deleted_workouts_come_out_right() {
    let mut stack = Stack::new().await;
    let monolith = stack.start("monolith").await;
    let publisher = Publisher::new(Broker::connect(&stack.vhost.amqp_url()).await.unwrap());
    let mut tales = Vec::new();
    for seed in 0..ORDERS {
        let tale = Tale::new();
        for said in shuffled(tale.said(), seed) {
            let outcome = match said {
                Said::Performed(data) => publisher.publish(&Event::new("/coach", *data).unwrap()).await,
                Said::Deleted(data) => publisher.publish(&Event::new("/coach", data).unwrap()).await,
            };
            assert_eq!(outcome.unwrap(), Outcome::Confirmed);
        }
        tales.push(tale);
    }
    // One queue, one at a time: when this is known, all before it has been heard.
    let (user, end) = (UserId::generate(), WorkoutId::generate());
    let end = Event::new("/coach", performed(user, end, 1, 1)).unwrap();
    assert_eq!(publisher.publish(&end).await.unwrap(), Outcome::Confirmed);
    wait::until("all was heard", LIMIT, || async { last(&monolith, user).await != Value::Null }).await;
    for (seed, tale) in tales.iter().enumerate() {
        let of_ada = last(&monolith, tale.ada).await;
        assert_eq!((&of_ada["workout_id"], &of_ada["revision"]), (&json!(tale.revived), &json!(3)), "order {seed}");
        let of_grace = last(&monolith, tale.grace).await;
        assert_eq!((&of_grace["workout_id"], &of_grace["revision"]), (&json!(tale.moved), &json!(2)), "order {seed}");
    }
}

async fn last(monolith: &Running, user: UserId) -> Value {
    let answer = monolith.get(&format!("/users/{user}/last-workout")).await.unwrap();
    if answer.status == 404 { Value::Null } else { answer.json() }
}

struct Tale {
    ada: UserId,
    grace: UserId,
    moved: WorkoutId,
    revived: WorkoutId,
}

#[derive(Clone)]
enum Said {
    Performed(Box<WorkoutPerformed>),
    Deleted(WorkoutDeleted),
}

impl Tale {
    fn new() -> Self {
        let [moved, revived] = [(); 2].map(|()| WorkoutId::generate());
        Self { ada: UserId::generate(), grace: UserId::generate(), moved, revived }
    }

    /// All of it, and much of it twice.
    fn said(&self) -> Vec<Said> {
        let [plain, shortened, deleted] = [(); 3].map(|()| WorkoutId::generate());
        let performed =
            |user, workout, revision, ended| Said::Performed(performed(user, workout, revision, ended).into());
        let mut said = vec![
            performed(self.ada, plain, 1, 700),
            // Ended last, until it was corrected.
            performed(self.ada, shortened, 1, 1_000),
            performed(self.ada, shortened, 2, 400),
            // Would be the last.
            performed(self.ada, deleted, 1, 2_000),
            Said::Deleted(WorkoutDeleted::new(deleted, 1)),
            // It was hers all the time.
            performed(self.ada, self.moved, 1, 1_500),
            performed(self.grace, self.moved, 2, 1_500),
            // Deleted by mistake.
            performed(self.ada, self.revived, 1, 900),
            Said::Deleted(WorkoutDeleted::new(self.revived, 2)),
            performed(self.ada, self.revived, 3, 800),
        ];
        said.extend_from_within(..7);
        said
    }
}

pub(super) fn performed(user: UserId, workout: WorkoutId, revision: u32, ended: i64) -> WorkoutPerformed {
    let moment = |second: i64| Moment::from(Timestamp::from_second(1_760_000_000 + second).unwrap());
    let span = (moment(ended - 1_800), moment(ended));
    let data =
        WorkoutPerformed::in_zone((workout, user), Source::new("coach"), ActivityType::Running, span, ZoneName::utc());
    data.revision(revision)
}

/// The first time as it happened, and then in any order, the same every time for a seed.
fn shuffled(mut said: Vec<Said>, seed: u64) -> Vec<Said> {
    let mut state = seed;
    for last in (1..said.len()).rev().filter(|_| seed > 0) {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        said.swap(last, usize::try_from(state >> 33).unwrap() % (last + 1));
    }
    said
}
