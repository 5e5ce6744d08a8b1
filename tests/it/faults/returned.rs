//! Trap L1 as the callers of a publisher see it: what the client library returns with a neighbour's confirm.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;
use futures_util::stream;
use support::rabbitmq;
use workout_broker::Broker;
use workout_events::types::user::UserErased;
use workout_events::{Event, EventId, UserId, WorkoutDeleted, WorkoutId};
use workout_publisher::{Outcome, Publisher};

use super::queue;
use crate::outbox::suite::chaos::Dice;

const ROUNDS: u64 = 20;
const EVENTS: u64 = 10_000;
const UNROUTABLE: usize = 300;

/// How many are under way together.
const PIPELINED: usize = 2_000;

enum Said {
    Wanted(Event<WorkoutDeleted>),
    /// No queue is bound to its type.
    Unwanted(Event<UserErased>),
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_pipelined_events_exactly_the_300_unroutable_ones_are_returned() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.declare(&queue::declaration()).await.unwrap();
    let publisher = Publisher::new(broker.clone());
    let mut all_wanted = BTreeSet::new();
    for seed in 1..=ROUNDS {
        let events = spread(seed);
        let publish = async |said: &Said| match said {
            Said::Wanted(event) => (event.id(), publisher.publish(event).await),
            Said::Unwanted(event) => (event.id(), publisher.publish(event).await),
        };
        let outcomes: BTreeMap<EventId, _> = stream::iter(&events).map(publish).buffered(PIPELINED).collect().await;
        let told = |wanted: Outcome| -> BTreeSet<EventId> {
            let told = outcomes.iter().filter(|(_, outcome)| matches!(outcome, Ok(outcome) if *outcome == wanted));
            told.map(|(id, _)| *id).collect()
        };
        let unwanted: BTreeSet<_> = events.iter().filter_map(Said::unwanted).collect();
        assert_eq!((events.len(), unwanted.len()), (10_000, UNROUTABLE), "seed {seed}");
        let (returned, confirmed) = (told(Outcome::Returned), told(Outcome::Confirmed));
        assert!(
            returned == unwanted && confirmed.len() == events.len() - UNROUTABLE,
            "seed {seed}: {} returned and {} confirmed, of which {} are not wanted; {} wanted ones are returned",
            returned.len(),
            confirmed.len(),
            confirmed.intersection(&unwanted).count(),
            returned.difference(&unwanted).count(),
        );
        all_wanted.extend(confirmed.into_iter().map(|id| id.to_string()));
    }
    assert!(publisher.close(super::LIMIT).await.left.is_empty());
    broker.close().await.unwrap();
    let queued = queue::drained(&vhost.amqp_url()).await;
    assert!(queued.into_keys().eq(all_wanted), "what is in the queue is not what was confirmed");
}

/// 10,000 events with 300 among them that nobody wants, by chance anywhere.
fn spread(seed: u64) -> Vec<Said> {
    let mut dice = Dice::new(seed);
    let mut places = BTreeSet::new();
    while places.len() < UNROUTABLE {
        places.insert(dice.roll(EVENTS));
    }
    let said = |place| {
        if places.contains(&place) {
            Said::Unwanted(Event::new("/tests", UserErased::new(UserId::generate())).unwrap())
        } else {
            Said::Wanted(Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap())
        }
    };
    (0..EVENTS).map(said).collect()
}

impl Said {
    fn unwanted(&self) -> Option<EventId> {
        match self {
            Self::Unwanted(event) => Some(event.id()),
            Self::Wanted(_) => None,
        }
    }
}
