//! A relay at work.

use std::pin::pin;

use futures_util::future::join_all;

use crate::outbox::backend::Backend;
use crate::outbox::error::OutboxError;
use crate::outbox::relay::builder::Relay;
use crate::outbox::relay::report::Report;
use crate::outbox::relay::shared::Shared;
use crate::outbox::sink::Sink;

impl<DB: Backend, S: Sink> Relay<DB, S> {
    /// Publishes until `shutdown` ends; then the windows that are under way are finished, and nothing is left leased.
    ///
    /// While the broker or the database is away it waits and tries again, without end. When the future is dropped,
    /// events that are under way are published again after their lease, under the same ids.
    ///
    /// # Errors
    /// When the database refuses for a reason that does not pass by itself, such as a missing migration.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<Report, OutboxError> {
        let shared = Shared::new(self.outbox, self.settings);
        let lanes = join_all(self.sinks.into_iter().map(|sink| Box::pin(shared.lane(sink))));
        let work = async {
            let (lanes, upkeep) = tokio::join!(lanes, Box::pin(shared.upkeep()));
            lanes.into_iter().chain([upkeep]).collect::<Result<(), _>>()
        };
        let mut work = pin!(work);
        let done = tokio::select! {
            biased;
            () = shutdown => {
                shared.stop();
                work.await
            }
            done = &mut work => done,
        };
        done.map(|()| shared.report())
    }
}
