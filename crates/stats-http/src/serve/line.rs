//! The connection that a request came by.

use std::sync::Arc;

use tokio::sync::{Notify, watch};

/// For answers that go on: says when the service is about to end, and cuts the connection of a client that does not read.
/// Among the extensions of every request that [`serve`](crate::serve) takes in.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    ending: watch::Receiver<()>,
    cut: Arc<Notify>,
}

impl Line {
    /// Of a service that ends when the sender does.
    pub(super) fn new(ending: watch::Receiver<()>) -> Self {
        Self { ending, cut: Arc::default() }
    }

    /// Waits until no more requests are to begin. Cancel safe.
    pub(crate) async fn ending(&mut self) {
        while self.ending.changed().await.is_ok() {}
    }

    /// Ends the connection, with all that is under way on it.
    pub(crate) fn cut(&self) {
        self.cut.notify_one();
    }

    /// Waits until somebody does so.
    pub(super) async fn is_cut(&self) {
        self.cut.notified().await;
    }
}
