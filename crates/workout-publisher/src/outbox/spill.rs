//! The outbox as the place for what the broker does not take in time.

use std::sync::Arc;

use crate::outbox::backend::Backend;
use crate::outbox::error::Kind;
use crate::outbox::handle::{Outbox, apart};
use crate::outbox::row::NewRow;
use crate::spill::{Keeping, Kept, Spill};

/// In a transaction of its own: what the publisher was given is not part of any.
impl<DB: Backend> Spill for Outbox<DB> {
    fn keep(&self, event: Kept) -> Keeping<'_> {
        Box::pin(async move {
            let pool = self.pool.clone();
            let kept = apart(async move {
                let mut connection = pool.acquire().await.map_err(Kind::Database)?;
                let message = Arc::unwrap_or_clone(event.message);
                let row = NewRow::new(*event.id.as_uuid(), &event.subject, message)?;
                DB::insert(&mut connection, row).await
            });
            if kept.await? {
                metrics::counter!("workout_outbox_enqueued_total", "database" => DB::NAME).increment(1);
            }
            Ok(())
        })
    }
}
