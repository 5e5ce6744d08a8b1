//! What the lanes of a relay have in common.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::{self, watch};

use crate::outbox::backend::{Backend, Hints};
use crate::outbox::error::OutboxError;
use crate::outbox::handle::{Outbox, apart};
use crate::outbox::relay::builder::Settings;
use crate::outbox::relay::report::Report;
use crate::outbox::relay::turn::Turn;

pub(super) struct Shared<DB: Backend> {
    pub(super) outbox: Outbox<DB>,
    pub(super) settings: Settings,
    pub(super) hints: Hints,
    /// Whose turn it is to look. Who finds nothing keeps it and waits, so that an idle relay looks once and not once for
    /// each lane.
    pub(super) turn: sync::Mutex<Turn>,
    /// How many windows in a row were in vain as a whole.
    trouble: AtomicU32,
    writer: sync::Mutex<()>,
    report: Mutex<Report>,
    stop: watch::Sender<bool>,
}

impl<DB: Backend> Shared<DB> {
    pub(super) fn new(outbox: Outbox<DB>, settings: Settings) -> Self {
        Self {
            hints: DB::listen(&outbox.pool),
            outbox,
            settings,
            turn: sync::Mutex::default(),
            trouble: AtomicU32::new(0),
            writer: sync::Mutex::default(),
            report: Mutex::default(),
            stop: watch::Sender::new(false),
        }
    }

    /// Runs a statement: one at a time where the database has one writer, because whoever waits for its lock there sleeps
    /// and does not hear when it is free.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        statement: impl Future<Output = Result<T, OutboxError>> + Send + 'static,
    ) -> Result<T, OutboxError> {
        let writer = if DB::ONE_WRITER { Some(self.writer.lock().await) } else { None };
        let result = apart(statement).await;
        drop(writer);
        if let Err(error) = &result
            && error.is_transient()
        {
            metrics::counter!("workout_outbox_database_errors_total", "database" => DB::NAME).increment(1);
            tracing::warn!(error = error as &dyn std::error::Error, "the outbox cannot reach its database");
        }
        result
    }

    pub(super) fn trouble(&self) -> u32 {
        self.trouble.load(Ordering::Relaxed)
    }

    /// One more, unless another lane that set out at the same time has said so already.
    pub(super) fn failed(&self, since: u32) {
        let next = since.saturating_add(1);
        let _ = self.trouble.compare_exchange(since, next, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(super) fn succeeded(&self) {
        self.trouble.store(0, Ordering::Relaxed);
    }

    pub(super) fn note(&self, note: impl FnOnce(&mut Report)) {
        note(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn report(&self) -> Report {
        *self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
    }

    pub(super) fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Ends when the relay is told to stop.
    pub(super) async fn stopped(&self) {
        // The sender is ours: it cannot be gone.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}
