//! A consumer in this process, out of a broker in this process: so that only the database can be at fault.

use std::time::Instant;

use stats_store::{Ingest, StatsStore};
use support::wait;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use workout_broker::in_process::Server;
use workout_consumer::{ConsumeError, Consumer, ConsumerHealth, ConsumerState, Report};

use super::tale::{Said, Tale};
use super::{LIMIT, QUEUE};

/// How many facts are written together: few, so that there are many commits.
const SIZE: usize = 10;

pub(super) struct Running {
    server: Server,
    health: ConsumerHealth,
    end: oneshot::Sender<()>,
    task: JoinHandle<Result<Report, ConsumeError>>,
}

impl Running {
    /// Writes what is published into this store.
    pub(super) async fn start(store: &StatsStore) -> Self {
        let server = Server::new();
        let consumer = Consumer::new(QUEUE).batch(Ingest::into(store.writer()).size(SIZE).handler());
        let health = consumer.health();
        let broker = server.connect();
        broker.declare(&consumer.queue()).await.unwrap();
        let (end, ended) = oneshot::channel();
        let task = tokio::spawn(consumer.run(broker, async { ended.await.unwrap_or_default() }));
        Self { server, health, end, task }
    }

    pub(super) async fn publish(&self, said: &[Said]) {
        let broker = self.server.connect();
        for said in said {
            assert!(broker.publish(said.message.clone()).await.unwrap().is_confirmed());
        }
    }

    pub(super) fn is_paused(&self) -> bool {
        matches!(self.health.state(), ConsumerState::Paused(_))
    }

    pub(super) async fn until_paused(&self) {
        wait::until("it pauses", LIMIT, || async { self.is_paused() }).await;
    }

    pub(super) async fn until_handled(&self) {
        let rests = || async { self.server.waiting(QUEUE) == Some(0) && self.server.unsettled(QUEUE) == 0 };
        wait::until("all is handled", LIMIT, rests).await;
    }

    /// Waits until everything is settled, and ends. All of it was handled, at the first attempt.
    pub(super) async fn drained(self) -> Report {
        self.until_handled().await;
        self.end.send(()).unwrap();
        let report = timeout(LIMIT, self.task).await.unwrap().unwrap().unwrap();
        assert_eq!((report.retried, report.dead, report.quarantined, report.parked), (0, 0, 0, 0), "{report:?}");
        assert_eq!(self.server.waiting(&format!("{QUEUE}.dead")).unwrap_or(0), 0);
        report
    }
}

/// Goes on with the tale until the consumer can write no more of it.
pub(super) async fn publish_until_paused(running: &Running, tale: &mut Tale) {
    let begun = Instant::now();
    while !running.is_paused() {
        assert!(begun.elapsed() < LIMIT, "it does not pause");
        running.publish(&tale.go_on(20)).await;
        // No faster than it is written.
        let goes_on = || async { running.is_paused() || running.server.waiting(QUEUE) < Some(20) };
        wait::until("it writes or pauses", LIMIT, goes_on).await;
    }
}
