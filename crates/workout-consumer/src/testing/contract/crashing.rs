//! Processes that end while they handle a message.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::{pending, ready};

use tokio::time::sleep;
use workout_events::{Event, WorkoutDeleted};

use super::FreshServer;
use super::kit::{MOMENT, QUEUE, Seen, dead, dead_letters, depth, depth_becomes, publish_many, revision, soon};
use crate::batch::{Batch, Batches};
use crate::consumer::Consumer;
use crate::letter::Reason;
use crate::testing::Running;

const MESSAGES: u32 = 150;
const POISON: u32 = 37;

/// As often as a process ends before the poison is dead.
const MOST_CRASHES: u32 = 25;

/// How often a neighbour is begun: once, again because the acknowledgement was lost with the process, and once more in the
/// batch that fails.
const MOST_BEGUN: usize = 3;

/// The message is handled alone then, so that it takes no other with it.
pub async fn what_ends_every_process_is_dead_after_a_while(server: &impl FreshServer) {
    check(server, single).await;
}

/// A batch that has come back is not worked on as a batch.
pub async fn what_ends_every_process_does_not_take_its_batch_with_it(server: &impl FreshServer) {
    check(server, batch).await;
}

fn single(begun: &Seen<u32>) -> Consumer {
    let begun = begun.clone();
    Consumer::new(QUEUE).on(move |event: Event<WorkoutDeleted>| {
        let revision = event.data().revision;
        begun.note(revision);
        until_the_end_if(revision == POISON)
    })
}

fn batch(begun: &Seen<u32>) -> Consumer {
    let begun = begun.clone();
    let batches = Batches::of(50).each(|event: Event<WorkoutDeleted>| event.data().revision);
    Consumer::new(QUEUE).batch(batches.commit(move |batch: Batch<u32>| {
        let begun = begun.clone();
        async move {
            batch.items().iter().for_each(|revision| begun.note(*revision));
            until_the_end_if(batch.items().contains(&POISON)).await;
            Ok(batch.commit(ready(Ok::<_, Infallible>(()))).await?)
        }
    }))
}

/// Until the process is aborted from outside.
async fn until_the_end_if(is_poison: bool) {
    if is_poison {
        pending::<()>().await;
    }
}

/// Starts processes one after another, each of which ends as soon as it has the poison in hands, until that is dead.
async fn check(server: &impl FreshServer, consumer: fn(&Seen<u32>) -> Consumer) {
    let (broker, begun) = (server.connect().await, Seen::default());
    broker.declare(&consumer(&begun).queue()).await.expect("the queues are declared");
    publish_many(&broker, 1..=MESSAGES).await;
    let mut crashes = 0;
    loop {
        // A connection of its own, which ends with it.
        let connection = server.connect().await;
        let before = times(&begun).remove(&POISON).unwrap_or_default();
        let running = Running::start(&connection, consumer(&begun)).await;
        let is_dead = soon("the poison is begun or dead", async {
            loop {
                if times(&begun).get(&POISON).is_some_and(|times| *times > before) {
                    return false;
                }
                if dead(&broker).await == 1 {
                    return true;
                }
                sleep(MOMENT / 20).await;
            }
        })
        .await;
        if is_dead {
            depth_becomes(&broker, QUEUE, 0).await;
            soon("the consumer ends", running.end()).await;
            break;
        }
        running.abort().await;
        connection.close().await.expect("the connection ends");
        crashes += 1;
        assert!(crashes <= MOST_CRASHES, "the poison is still alive");
    }
    assert_eq!(depth(&broker, QUEUE).await, 0);
    let letters = dead_letters(&broker).await;
    let said: Vec<_> = letters.iter().map(|letter| (revision(letter), letter.reason)).collect();
    assert_eq!(said, [(POISON, Reason::Crashed)]);
    let times = times(&begun);
    for revision in (1..=MESSAGES).filter(|revision| *revision != POISON) {
        let times = times.get(&revision).copied().unwrap_or_default();
        assert!((1..=MOST_BEGUN).contains(&times), "{revision} was begun {times} times");
    }
}

/// How often each was begun, over all processes.
fn times(begun: &Seen<u32>) -> BTreeMap<u32, usize> {
    let mut times = BTreeMap::new();
    for revision in begun.all() {
        *times.entry(revision).or_default() += 1;
    }
    times
}
