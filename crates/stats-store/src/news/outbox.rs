//! Into the outbox of the same database, as part of the same transaction.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use sqlx::Pool;
use tokio::sync::Notify;
use workout_events::{Event, EventType};
use workout_publisher::outbox::{Backend, Outbox};

use super::told::{News, each};
use crate::error::{Kind, StoreError};

/// Writes events beside the statistics that they are about.
#[derive(Debug, Clone)]
pub(crate) struct Announcer<DB: Backend> {
    source: String,
    pub(super) outbox: Outbox<DB>,
}

impl<DB: Backend> Announcer<DB> {
    pub(crate) fn new(source: &str, pool: Pool<DB>) -> Self {
        Self { source: source.to_owned(), outbox: Outbox::new(pool) }
    }

    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        self.outbox.migrate().await.map_err(|error| Kind::Announcing(error).into())
    }

    pub(crate) async fn tell(&self, connection: &mut DB::Connection, news: Vec<News>) -> Result<(), StoreError> {
        for news in news {
            each!(news, data => self.enqueue(connection, data).await?);
        }
        Ok(())
    }

    async fn enqueue<T: EventType>(&self, connection: &mut DB::Connection, data: T) -> Result<(), StoreError> {
        let event = Event::new(&self.source, data).map_err(StoreError::other)?;
        self.outbox.enqueue(connection, &event).await.map(|_new| ()).map_err(|error| Kind::Announcing(error).into())
    }
}

/// Where a store in memory leaves what is to be told.
#[derive(Debug)]
pub(crate) struct Mailbox {
    pub(super) source: String,
    waiting: Mutex<VecDeque<News>>,
    posted: Notify,
}

impl Mailbox {
    pub(crate) fn new(source: &str) -> Self {
        Self { source: source.to_owned(), waiting: Mutex::default(), posted: Notify::new() }
    }

    pub(crate) fn post(&self, news: Vec<News>) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).extend(news);
        self.posted.notify_one();
    }

    /// Waits for news.
    pub(super) async fn next(&self) -> News {
        loop {
            let posted = self.posted.notified();
            if let Some(news) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
                return news;
            }
            posted.await;
        }
    }
}
