//! Events of one subject, through three lanes that fail at random.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Pool;
use workout_events::amqp::Message;
use workout_events::{Event, WorkoutId};
use workout_publisher::Outcome;
use workout_publisher::outbox::{Backend, Outbox, Relay, Sink};

use super::chaos::Dice;
use super::script::Script;
use super::{bounded, enqueue, revision, until};

const SUBJECTS: usize = 6;
const REVISIONS: usize = 20;

/// Each is confirmed once, in its order, whatever becomes of its predecessors.
pub(super) async fn survives_what_fails<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>) {
    let workouts = [(); SUBJECTS].map(|()| WorkoutId::generate());
    let events: Vec<_> =
        (0..SUBJECTS * REVISIONS).map(|n| revision(workouts[n % SUBJECTS], n / SUBJECTS + 1)).collect();
    enqueue(outbox, pool, &events).await;

    let script = Script::new(|message, before| {
        let seed = u64::from_be_bytes(message.properties.message_id.as_bytes()[..8].try_into().unwrap());
        match Dice::new(seed.wrapping_add(before as u64)).roll(4) {
            0 => Outcome::Nacked,
            1 => Outcome::Unknown,
            _ => Outcome::Confirmed,
        }
    });
    let relay = Relay::through(outbox.clone(), script.clone()).beside(script.clone()).beside(script.clone());
    let relay = relay.window(7).backoff(Duration::from_millis(1), Duration::from_millis(5));
    let all = until(async || outbox.lag().await.unwrap().events == 0);
    let report = bounded(relay.poll(Duration::from_millis(5)).run(all)).await.unwrap();
    assert_eq!(report.sent, events.len() as u64);
    assert!(report.failed > 0);
    for workout in workouts {
        let want: Vec<_> = events.iter().filter(|it| it.data().workout_id == workout).map(Event::id).collect();
        assert_eq!(script.confirmed_of(&workout.to_string()), want);
    }
}

/// What takes longer than its lease is given back before somebody else could have it.
pub(super) async fn survives_slow_windows<DB: Backend>(outbox: &Outbox<DB>, pool: &Pool<DB>) {
    let workout = WorkoutId::generate();
    let events: Vec<_> = (1..=40).map(|n| revision(workout, n)).collect();
    enqueue(outbox, pool, &events).await;
    let script = Script::confirming();
    let relay = || Relay::through(outbox.clone(), Slow(script.clone())).lease(LEASE).poll(LEASE / 10);
    let all = || until(async || outbox.lag().await.unwrap().events == 0);
    let (one, other) = bounded(async { tokio::join!(relay().run(all()), relay().run(all())) }).await;
    assert_eq!(one.unwrap().sent + other.unwrap().sent, 40);
    let mut times = HashMap::new();
    for id in script.arrived() {
        *times.entry(id).or_insert(0) += 1;
    }
    assert!(times.values().all(|times| *times == 1), "nobody has what is under way: {times:?}");
    assert_eq!(script.confirmed_of(&workout.to_string()), events.iter().map(Event::id).collect::<Vec<_>>());
}

/// Of which a window of 40 events of one subject takes twice as long.
const LEASE: Duration = Duration::from_millis(800);

/// Takes its time for each window.
struct Slow(Script);

impl Sink for Slow {
    async fn publish(&mut self, window: &[Arc<Message>]) -> Vec<Outcome> {
        tokio::time::sleep(LEASE / 20).await;
        self.0.publish(window).await
    }
}
