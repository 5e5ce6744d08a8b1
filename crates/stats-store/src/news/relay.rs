//! From the store to the broker.

use workout_events::{Event, EventType};
use workout_publisher::outbox::{Backend, Relay};
use workout_publisher::{Broker, Publisher};

use super::outbox::{Announcer, Mailbox};
use super::told::{News, each};
use crate::error::{Kind, StoreError};
use crate::store::{Shutdown, StatsStore};

/// What was told until the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Announced {
    /// Events that the broker has confirmed.
    pub sent: u64,
    /// Events that are put aside, because no queue wants them.
    pub parked: u64,
}

impl StatsStore {
    /// Publishes what follows from writes (`record.set`, `record.revoked`, `goal.achieved`, `goal.revoked`, `goal.missed`)
    /// until `shutdown` ends, for a store that was opened with
    /// [`announcing`](crate::StatsStoreBuilder::announcing). One or many may do so at the same time, in any process.
    ///
    /// An event is in the outbox if, and only if, the write that it follows from was committed. While the broker or
    /// the database is away, it waits.
    ///
    /// # Errors
    /// When the store announces nothing, or the database refuses for a reason that does not pass by itself.
    pub async fn relay(
        &self,
        broker: &Broker,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<Announced, StoreError> {
        self.0.relay(broker, Box::pin(shutdown)).await
    }
}

impl<DB: Backend> Announcer<DB> {
    pub(crate) async fn relay(&self, broker: &Broker, shutdown: Shutdown<'_>) -> Result<Announced, StoreError> {
        let relayed = Relay::new(self.outbox.clone(), broker).run(shutdown).await;
        let report = relayed.map_err(Kind::Announcing)?;
        Ok(Announced { sent: report.sent, parked: report.parked })
    }
}

impl Mailbox {
    /// What cannot be published is lost with the process, as all of a store in memory is; so it is tried once.
    pub(crate) async fn relay(&self, broker: &Broker, mut shutdown: Shutdown<'_>) -> Result<Announced, StoreError> {
        let publisher = Publisher::new(broker.clone());
        let mut announced = Announced::default();
        loop {
            let news = tokio::select! {
                () = &mut shutdown => return Ok(announced),
                news = self.next() => news,
            };
            if each!(news, data => self.publish(&publisher, data).await?) {
                announced.sent += 1;
            } else {
                announced.parked += 1;
            }
        }
    }

    async fn publish<T: EventType>(&self, publisher: &Publisher, data: T) -> Result<bool, StoreError> {
        let event = Event::new(&self.source, data).map_err(StoreError::other)?;
        let outcome = publisher.publish(&event).await.map_err(StoreError::other)?;
        Ok(outcome.is_confirmed())
    }
}
