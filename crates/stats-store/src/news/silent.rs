//! Nobody listens: without the feature `announce` nothing is told.

use std::marker::PhantomData;

use super::told::News;
use crate::error::StoreError;

#[derive(Debug, Clone)]
pub(crate) struct Announcer<DB>(PhantomData<DB>);

impl<DB: sqlx::Database> Announcer<DB> {
    pub(crate) fn new(_source: &str, _pool: sqlx::Pool<DB>) -> Self {
        Self(PhantomData)
    }

    #[expect(clippy::unused_async, reason = "with the feature it asks a database")]
    pub(crate) async fn migrate(&self) -> Result<(), StoreError> {
        Ok(())
    }

    #[expect(clippy::unused_async, reason = "with the feature it asks a database")]
    pub(crate) async fn tell(&self, _connection: &mut DB::Connection, _news: Vec<News>) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Where a store in memory leaves what is to be told.
#[derive(Debug)]
pub(crate) struct Mailbox;

impl Mailbox {
    pub(crate) fn new(_source: &str) -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "with the feature it keeps them")]
    pub(crate) fn post(&self, _news: Vec<News>) {}
}
