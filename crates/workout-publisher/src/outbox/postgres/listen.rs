//! NOTIFY: a hint that it pays to look. It is lost while nobody listens, so nothing depends on it.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool, PgPoolOptions};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::sleep;

const CHANNEL: &str = "workout_outbox";

/// The next attempt to listen. Polling goes on meanwhile.
const AGAIN: Duration = Duration::from_secs(5);

/// A task that listens on a connection of its own: the host's pool may be small, and a listener never gives back.
#[derive(Debug)]
pub(crate) struct Listener {
    hint: Arc<Notify>,
    task: AbortHandle,
}

impl Listener {
    pub(crate) fn start(pool: &PgPool) -> Self {
        let options = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let own = options.connect_lazy_with(pool.connect_options().as_ref().clone());
        let hint = Arc::new(Notify::new());
        let task = tokio::spawn(pass_on(own, Arc::clone(&hint))).abort_handle();
        Self { hint, task }
    }

    /// Ends with the next hint; one that came before counts.
    pub(crate) async fn hint(&self) {
        self.hint.notified().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass_on(pool: PgPool, hint: Arc<Notify>) {
    loop {
        let error = match listen(&pool, &hint).await {
            Ok(never) => match never {},
            Err(error) => error,
        };
        tracing::debug!(error = &error as &dyn std::error::Error, "no hints for the outbox; it is polled");
        sleep(AGAIN).await;
    }
}

async fn listen(pool: &PgPool, hint: &Notify) -> Result<std::convert::Infallible, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        listener.recv().await?;
        hint.notify_one();
    }
}
