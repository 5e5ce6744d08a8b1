//! A message that ends every process which handles it, as an abort or a lack of memory does.

#![expect(clippy::print_stdout, reason = "figures, for information")]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use support::{rabbitmq, wait};
use tempfile::NamedTempFile;
use workout_broker::{Broker, Outcome};
use workout_consumer::{Batch, Batches, Consumer, Prefetch, Reason};
use workout_events::amqp::Message;
use workout_events::{Event, WorkoutDeleted, WorkoutId};

use super::process::{Kind, Process};
use super::{LIMIT, QUEUE, dead};

const MESSAGES: u32 = 300;
const POISON: u32 = 137;
const CRASHES: u32 = 25;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_aborts_every_process_is_dead_and_its_neighbours_are_handled() {
    let file = NamedTempFile::new().unwrap();
    check(Kind::Single, &single(file.path().to_str().unwrap()), &file).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_aborts_every_process_is_dead_and_its_batch_is_handled() {
    let file = NamedTempFile::new().unwrap();
    check(Kind::Batches, &batches(file.path().to_str().unwrap()), &file).await;
}

/// Notes what it handles in a file.
pub(super) fn single(file: &str) -> Consumer {
    let file = Arc::new(appending(file));
    let handler = move |event: Event<WorkoutDeleted>| {
        let file = Arc::clone(&file);
        async move { note(&file, &[event.data().revision]) }
    };
    Consumer::new(QUEUE).prefetch(Prefetch::new(100).unwrap()).on(handler)
}

pub(super) fn batches(file: &str) -> Consumer {
    let file = Arc::new(appending(file));
    let batches = Batches::of(50).each(|event: Event<WorkoutDeleted>| event.data().revision);
    let commit = move |batch: Batch<u32>| {
        let file = Arc::clone(&file);
        async move {
            let noted = async {
                note(&file, batch.items());
                Ok::<_, Infallible>(())
            };
            Ok(batch.commit(noted).await?)
        }
    };
    Consumer::new(QUEUE).prefetch(Prefetch::new(100).unwrap()).batch(batches.commit(commit))
}

fn appending(file: &str) -> File {
    OpenOptions::new().append(true).open(file).unwrap()
}

/// In one write, unless the poison is among them.
fn note(mut file: &File, revisions: &[u32]) {
    if revisions.contains(&POISON) {
        std::process::abort();
    }
    let lines: Vec<_> = revisions.iter().map(u32::to_string).collect();
    file.write_all(format!("{}\n", lines.join("\n")).as_bytes()).unwrap();
}

/// How often each was handled.
fn handled(file: &NamedTempFile) -> BTreeMap<u32, u32> {
    let mut handled = BTreeMap::new();
    for line in fs::read_to_string(file.path()).unwrap().lines() {
        *handled.entry(line.parse().unwrap()).or_default() += 1;
    }
    handled
}

/// Starts one process after the other, as whoever runs services does, until nothing ends it any more.
async fn check(kind: Kind, consumer: &Consumer, file: &NamedTempFile) {
    let vhost = rabbitmq::vhost().await;
    let (url, path) = (vhost.amqp_url(), file.path().to_str().unwrap());
    let broker = Broker::connect(&url).await.unwrap();
    broker.declare(&consumer.queue()).await.unwrap();
    let mut lane = broker.lane();
    let message = |revision| {
        let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), revision)).unwrap();
        Arc::new(Message::of(&event).unwrap())
    };
    let messages: Vec<_> = (1..=MESSAGES).map(message).collect();
    let outcomes = lane.window(&messages, LIMIT).await.unwrap();
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Confirmed));

    let (begun, mut crashes) = (Instant::now(), 0);
    loop {
        let mut process = Process::start(kind, &url, path);
        let ended = wait::value("the process ends, or nothing is left to do", LIMIT, || {
            let ended = process.ended();
            let (broker, finished) = (&broker, || handled(file).len() + 1 == MESSAGES as usize);
            async move {
                match ended {
                    Some(status) => Some(Some(status)),
                    None => (dead::count(broker).await == 1 && finished()).then_some(None),
                }
            }
        });
        let Some(status) = ended.await else {
            process.end(Duration::from_secs(20)).await;
            break;
        };
        assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()));
        crashes += 1;
        assert!(crashes <= CRASHES, "the poison is still alive");
    }

    let counts = handled(file);
    let neighbours = (1..=MESSAGES).filter(|revision| *revision != POISON);
    assert!(counts.keys().copied().eq(neighbours), "all of them, and not the poison");
    let again: u32 = counts.values().map(|times| times - 1).sum();
    println!("{kind:?}: {crashes} crashes in {:?}, {again} of {MESSAGES} handled again", begun.elapsed());
    let [letter] = dead::letters(&broker).await.try_into().unwrap();
    assert_eq!(letter.reason, Reason::Crashed);
    assert_eq!(Event::<WorkoutDeleted>::decode(letter.body()).unwrap().data().revision, POISON);
    assert_eq!((&*letter.exchange, &*letter.routing_key), ("workout.events", "workout.deleted"));
    assert_eq!(broker.depth(QUEUE).await.unwrap(), 0);
    broker.close().await.unwrap();
}
