use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};
use workout_consumer::{Batch, BatchHandler, Batches, Committed, Consumer, Failure, Retries};
use workout_events::amqp::Message;
use workout_events::{Event, WorkoutDeleted};

use crate::support::{QUEUE, dead_letters, deleted, publish_many, publish_message, same, server, start, until};

const SECOND: Duration = Duration::from_secs(1);

/// What was committed together.
#[derive(Clone, Default)]
struct Ledger(Arc<Mutex<Vec<Vec<u32>>>>);

impl Ledger {
    async fn commit(&self, batch: &Batch<u32>) -> Result<Committed, Infallible> {
        let write = async {
            self.0.lock().unwrap().push(batch.items().to_vec());
            Ok(())
        };
        batch.commit(write).await
    }

    fn batches(&self) -> Vec<Vec<u32>> {
        self.0.lock().unwrap().clone()
    }

    fn revisions(&self) -> Vec<u32> {
        self.batches().concat()
    }
}

fn revisions(size: usize) -> Batches<u32> {
    Batches::of(size).each(|event: Event<WorkoutDeleted>| event.data().revision)
}

/// Commits what has no poison in it.
fn refusing(size: usize, ledger: &Ledger, poison: fn(u32) -> bool) -> BatchHandler {
    failing(size, ledger, poison, || Failure::reject("the database refuses this value"))
}

/// Commits what has no poison in it, and says this of what has.
fn failing(size: usize, ledger: &Ledger, poison: fn(u32) -> bool, failure: fn() -> Failure) -> BatchHandler {
    let ledger = ledger.clone();
    revisions(size).commit(move |batch: Batch<u32>| {
        let ledger = ledger.clone();
        async move {
            if batch.items().iter().any(|revision| poison(*revision)) {
                return Err(failure());
            }
            Ok(ledger.commit(&batch).await?)
        }
    })
}

#[tokio::test(start_paused = true)]
async fn events_are_committed_together_and_acknowledged_with_the_proof() {
    let (server, broker) = server();
    let ledger = Ledger::default();
    let consumer = Consumer::new(QUEUE).batch(refusing(10, &ledger, |_| false));
    broker.declare(&consumer.queue()).await.unwrap();
    publish_many(&broker, 25).await;
    let running = start(&broker, consumer).await;
    until(|| ledger.revisions().len() == 25).await;
    until(|| server.unsettled(QUEUE) == 0).await;
    assert_eq!(running.end().await.handled, 25);
    assert_eq!(ledger.revisions(), (1..=25).collect::<Vec<_>>());
    // The first one tells that the last process did not crash.
    assert_eq!(ledger.batches().iter().map(Vec::len).collect::<Vec<_>>(), [1, 10, 10, 4]);
    assert_eq!(server.waiting(QUEUE), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_not_full_does_not_wait_longer_than_it_was_told() {
    let (_server, broker) = server();
    let ledger = Ledger::default();
    let times: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let (noting, at) = (ledger.clone(), Arc::clone(&times));
    let handler = revisions(10).within(SECOND).commit(move |batch: Batch<u32>| {
        at.lock().unwrap().push(Instant::now());
        let ledger = noting.clone();
        async move { Ok(ledger.commit(&batch).await?) }
    });
    let running = start(&broker, Consumer::new(QUEUE).batch(handler)).await;
    publish_many(&broker, 1).await;
    until(|| ledger.batches().len() == 1).await;
    let begun = Instant::now();
    publish_many(&broker, 3).await;
    until(|| ledger.batches().len() == 2).await;
    assert_eq!(ledger.batches()[1].len(), 3);
    let waited = times.lock().unwrap()[1] - begun;
    assert!((SECOND..SECOND + SECOND / 10).contains(&waited), "{waited:?}");
    running.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_no_event_is_quarantined_and_the_rest_of_its_batch_is_committed() {
    let (server, broker) = server();
    let ledger = Ledger::default();
    let consumer = Consumer::new(QUEUE).batch(refusing(10, &ledger, |_| false));
    broker.declare(&consumer.queue()).await.unwrap();
    publish_many(&broker, 3).await;
    let mut poison = Message::of(&deleted(1)).unwrap();
    poison.body = b"[]".to_vec();
    publish_message(&broker, poison).await;
    publish_many(&broker, 3).await;
    let running = start(&broker, consumer).await;
    until(|| ledger.revisions().len() == 6).await;
    until(|| server.unsettled(QUEUE) == 0).await;
    let report = running.end().await;
    assert_eq!((report.handled, report.quarantined), (6, 1));
    assert_eq!(dead_letters(&server).await[0].code, "wrong_type");
}

/// Two transactions stood in one another's way: the second time it works.
#[tokio::test(start_paused = true)]
async fn a_batch_that_failed_is_tried_again_whole_before_it_is_taken_apart() {
    let (_server, broker) = server();
    let ledger = Ledger::default();
    let attempts: Arc<Mutex<Vec<usize>>> = Arc::default();
    let (noting, sizes) = (ledger.clone(), Arc::clone(&attempts));
    let handler = revisions(10).commit(move |batch: Batch<u32>| {
        let ledger = noting.clone();
        let fails = {
            let mut sizes = sizes.lock().unwrap();
            sizes.push(batch.items().len());
            sizes.len() == 2
        };
        async move {
            if fails {
                return Err(Failure::retry("deadlock detected"));
            }
            Ok(ledger.commit(&batch).await?)
        }
    });
    let consumer = Consumer::new(QUEUE).batch(handler);
    broker.declare(&consumer.queue()).await.unwrap();
    publish_many(&broker, 11).await;
    let running = start(&broker, consumer).await;
    until(|| ledger.revisions().len() == 11).await;
    assert_eq!(running.end().await.handled, 11);
    assert_eq!(*attempts.lock().unwrap(), [1, 10, 10]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_a_batch_harms_no_neighbour_either() {
    let (server, broker) = server();
    let ledger = Ledger::default();
    let noting = ledger.clone();
    let handler = revisions(8).commit(move |batch: Batch<u32>| {
        let ledger = noting.clone();
        async move {
            assert!(!batch.items().contains(&5), "nobody thought of five");
            Ok::<_, Failure>(ledger.commit(&batch).await?)
        }
    });
    let consumer = Consumer::new(QUEUE).retries(Retries::none()).batch(handler);
    broker.declare(&consumer.queue()).await.unwrap();
    publish_many(&broker, 9).await;
    let running = start(&broker, consumer).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    until(|| ledger.revisions().len() == 8).await;
    running.end().await;
    assert!(dead_letters(&server).await[0].error.contains("nobody thought of five"));
}

/// What has cost the others of its batch an attempt at most once more.
#[tokio::test(start_paused = true)]
async fn one_of_a_batch_that_fails_goes_up_the_ladder_alone() {
    let (server, broker) = server();
    let ledger = Ledger::default();
    let handler = failing(8, &ledger, |revision| revision == 5, || Failure::retry("not yet"));
    let retries = Retries::none().ladder([SECOND, SECOND * 5]);
    let consumer = Consumer::new(QUEUE).retries(retries).batch(handler);
    broker.declare(&consumer.queue()).await.unwrap();
    publish_many(&broker, 9).await;
    let running = start(&broker, consumer).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    let report = running.end().await;
    assert_eq!((report.handled, report.retried, report.dead), (8, 2, 1));
    let dead = dead_letters(&server).await;
    assert_eq!((&*dead[0].reason, dead[0].attempts), ("exhausted", 3));
}

/// A proof that is kept from an earlier batch proves nothing.
#[tokio::test(start_paused = true)]
async fn the_proof_of_another_batch_acknowledges_nothing() {
    let (server, broker) = server();
    let kept: Arc<Mutex<Option<Committed>>> = Arc::default();
    let keeping = Arc::clone(&kept);
    let handler = revisions(1).commit(move |batch: Batch<u32>| {
        let kept = Arc::clone(&keeping);
        async move {
            let proof: Committed = batch.commit(async { Ok::<_, io::Error>(()) }).await?;
            let earlier = kept.lock().unwrap().replace(proof);
            earlier.ok_or_else(|| Failure::reject("there is no other yet"))
        }
    });
    let running = start(&broker, Consumer::new(QUEUE).batch(handler)).await;
    publish_many(&broker, 2).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(2)).await;
    assert_eq!(running.end().await.handled, 0);
    let errors: Vec<_> = dead_letters(&server).await.into_iter().map(|dead| dead.error).collect();
    assert!(errors[0].contains("no other yet") && errors[1].contains("proof of another batch"), "{errors:?}");
}

#[tokio::test(start_paused = true)]
async fn the_next_batch_is_filled_while_one_is_committed() {
    let (server, broker) = server();
    let ledger = Ledger::default();
    let gate = Arc::new(Semaphore::new(0));
    let (noting, waits) = (ledger.clone(), Arc::clone(&gate));
    let handler = revisions(4).commit(move |batch: Batch<u32>| {
        let (ledger, waits) = (noting.clone(), Arc::clone(&waits));
        async move {
            waits.acquire().await?.forget();
            Ok(ledger.commit(&batch).await?)
        }
    });
    let running = start(&broker, Consumer::new(QUEUE).batch(handler)).await;
    publish_many(&broker, 1).await;
    gate.add_permits(1);
    until(|| ledger.batches().len() == 1).await;
    publish_many(&broker, 8).await;
    sleep(SECOND).await;
    // One batch is being committed, and another waits in this process.
    assert_eq!(server.unsettled(QUEUE), 8);
    gate.add_permits(2);
    until(|| ledger.batches().len() == 3).await;
    assert_eq!(ledger.batches().iter().map(Vec::len).collect::<Vec<_>>(), [1, 4, 4]);
    running.end().await;
}

/// As those that are handled one by one: at once first, and then up the ladder.
#[tokio::test(start_paused = true)]
async fn one_of_a_batch_has_as_many_attempts_as_any_other() {
    let (server, broker) = server();
    let ledger = Ledger::default();
    let handler = failing(8, &ledger, |revision| revision == 5, || Failure::retry("not yet"));
    let retries = Retries::none().at_once(2).ladder([SECOND]);
    let consumer = Consumer::new(QUEUE).retries(retries).batch(handler);
    broker.declare(&consumer.queue()).await.unwrap();
    publish_many(&broker, 9).await;
    let running = start(&broker, consumer).await;
    until(|| server.waiting(&format!("{QUEUE}.dead")) == Some(1)).await;
    let report = running.end().await;
    assert_eq!((report.handled, report.retried, report.dead), (8, 1, 1));
    let dead = dead_letters(&server).await;
    assert_eq!((&*dead[0].reason, dead[0].attempts), ("exhausted", 4));
}

/// A batch that is taken apart is read again, and then not all of it may be readable.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_a_second_time_is_not_acknowledged_with_its_neighbours() {
    let (server, broker) = server();
    let ledger = Ledger::default();
    let (noting, read) = (ledger.clone(), Mutex::new(Vec::new()));
    let item = move |event: Event<WorkoutDeleted>| {
        let revision = event.data().revision;
        let again = read.lock().unwrap().contains(&revision);
        read.lock().unwrap().push(revision);
        assert!(revision != 5 || !again, "only once");
        revision
    };
    let handler = Batches::of(8).each(item).commit(move |batch: Batch<u32>| {
        let ledger = noting.clone();
        async move {
            if batch.items().contains(&3) {
                return Err(Failure::reject("the database refuses this value"));
            }
            Ok(ledger.commit(&batch).await?)
        }
    });
    let consumer = Consumer::new(QUEUE).batch(handler);
    broker.declare(&consumer.queue()).await.unwrap();
    publish_many(&broker, 9).await;
    let running = start(&broker, consumer).await;
    until(|| ledger.revisions().len() == 7).await;
    until(|| server.unsettled(QUEUE) == 0).await;
    let report = running.end().await;
    assert_eq!((report.handled, report.dead, report.quarantined), (7, 1, 1), "{report:?}");
    same(ledger.revisions(), vec![1, 2, 4, 6, 7, 8, 9]);
}

/// Those whose channel is gone come again, and are counted when they are acknowledged.
#[tokio::test(start_paused = true)]
async fn a_batch_over_the_end_of_a_channel_counts_every_event_once() {
    let (server, broker) = server();
    let ledger = Ledger::default();
    let consumer = Consumer::new(QUEUE).batch(revisions(10).within(SECOND).commit({
        let ledger = ledger.clone();
        move |batch: Batch<u32>| {
            let ledger = ledger.clone();
            async move { Ok(ledger.commit(&batch).await?) }
        }
    }));
    let running = start(&broker, consumer).await;
    publish_many(&broker, 1).await;
    until(|| ledger.revisions().len() == 1).await;
    publish_many(&broker, 3).await;
    until(|| server.unsettled(QUEUE) == 3).await;
    sleep(SECOND / 10).await;
    server.close_channels(QUEUE);
    until(|| server.waiting(QUEUE) == Some(0) && server.unsettled(QUEUE) == 0).await;
    assert_eq!(running.end().await.handled, 4, "{:?}", ledger.batches());
}

/// The channel ends while they are committed: what is acknowledged is what came on the next one, and that is counted.
#[tokio::test(start_paused = true)]
async fn events_whose_channel_ends_while_they_are_committed_are_counted_when_they_come_again() {
    let (server, broker) = server();
    let ledger = Ledger::default();
    let consumer = Consumer::new(QUEUE).batch(revisions(3).commit({
        let ledger = ledger.clone();
        move |batch: Batch<u32>| {
            let ledger = ledger.clone();
            async move {
                sleep(SECOND).await;
                Ok(ledger.commit(&batch).await?)
            }
        }
    }));
    let running = start(&broker, consumer).await;
    publish_many(&broker, 1).await;
    until(|| ledger.revisions().len() == 1).await;
    publish_many(&broker, 3).await;
    sleep(SECOND / 2).await;
    server.close_channels(QUEUE);
    until(|| server.waiting(QUEUE) == Some(0) && server.unsettled(QUEUE) == 0).await;
    let report = running.end().await;
    assert_eq!((report.handled, report.left), (4, 3), "{:?}", ledger.batches());
}
