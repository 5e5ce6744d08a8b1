//! What a database does outside of transactions, and the store that is made of one.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;
use workout_events::jiff::Timestamp;
#[cfg(feature = "announce")]
use workout_publisher::Broker;

use super::open::Backend;
#[cfg(feature = "announce")]
use super::open::Shutdown;
use super::work::{Done, Job, attempts};
use crate::error::{Kind, StoreError};
use crate::fact::{Effect, Fact};
#[cfg(feature = "announce")]
use crate::news::Announced;
use crate::query::Board;
use crate::seam::StatsWriter;
use crate::table::{PEOPLE, Scan, Seen, Table, Tables, Take, Value};

pub(crate) trait Database: Send + Sync + 'static {
    /// For `Debug`, and for those who watch it.
    const NAME: &'static str;

    /// How many transactions gain from being written at the same time.
    const WRITERS: usize = 1;

    type Transaction: Tables + 'static;

    fn begin(&self) -> impl Future<Output = Result<Self::Transaction, StoreError>> + Send;

    /// One statement, so that what it finds is of one moment.
    fn scan(&self, scan: &Scan) -> impl Future<Output = Result<Seen, StoreError>> + Send;

    /// The row of this person, if there is one.
    fn person(&self, user: Uuid) -> impl Future<Output = Result<Option<Vec<Value>>, StoreError>> + Send {
        async move {
            let scan = Scan { table: &PEOPLE, user, filters: Vec::new(), take: Take::Rows, with_data: false };
            Ok(self.scan(&scan).await?.rows.pop())
        }
    }

    /// Rows after this key, in the order of the keys, which are ids.
    fn page(
        &self,
        table: &'static Table,
        after: Uuid,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<Vec<Value>>, StoreError>> + Send;

    /// The ids after this one that rows of this table begin with, each once, in their order.
    fn people(
        &self,
        table: &'static Table,
        after: Uuid,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<Uuid>, StoreError>> + Send;

    /// People, as their rows stand, and their values, from the highest on.
    fn ranking(&self, board: &Board) -> impl Future<Output = Result<Vec<(Vec<Value>, i64)>, StoreError>> + Send;

    fn count(&self, table: &'static Table) -> impl Future<Output = Result<i64, StoreError>> + Send;

    #[cfg(feature = "announce")]
    fn relay(
        &self,
        broker: &Broker,
        shutdown: Shutdown<'_>,
    ) -> impl Future<Output = Result<Announced, StoreError>> + Send;

    fn ping(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Hears why a transaction has failed, which may say something about other connections than its own.
    fn heed(&self, _error: &StoreError) {}

    fn close(&self) -> impl Future<Output = ()> + Send;
}

pub(crate) struct Store<D>(pub(super) Arc<D>);

impl<D: Database> Store<D> {
    pub(crate) fn new(database: D) -> Self {
        Self(Arc::new(database))
    }
}

#[async_trait]
impl<D: Database> StatsWriter for Store<D> {
    async fn write(&self, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
        if facts.is_empty() {
            return Ok(Vec::new());
        }
        match self.run(Job::Write(facts.to_vec())).await? {
            Done::Written(effects) => Ok(effects),
            Done::Rebuilt(_) | Done::Settled(_) | Done::Verified(_) | Done::Retained(_) => {
                Err(Kind::Corrupt("another job was done").into())
            }
        }
    }

    fn at_once(&self) -> usize {
        D::WRITERS
    }
}

#[async_trait]
impl<D: Database> Backend for Store<D> {
    async fn run(&self, job: Job) -> Result<Done, StoreError> {
        let database = Arc::clone(&self.0);
        // In a task of its own: a BEGIN or COMMIT that is cancelled halfway leaves a connection in an unknown state.
        tokio::spawn(async move { attempts(&*database, &job).await }).await.map_err(Kind::Interrupted)?
    }

    async fn page(&self, table: &'static Table, after: Uuid, limit: i64) -> Result<Vec<Vec<Value>>, StoreError> {
        self.0.page(table, after, limit).await
    }

    async fn people(&self, table: &'static Table, after: Uuid, limit: i64) -> Result<Vec<Uuid>, StoreError> {
        self.0.people(table, after, limit).await
    }

    async fn count(&self, table: &'static Table) -> Result<i64, StoreError> {
        self.0.count(table).await
    }

    fn name(&self) -> &'static str {
        D::NAME
    }

    #[cfg(feature = "announce")]
    async fn relay(&self, broker: &Broker, shutdown: Shutdown<'_>) -> Result<Announced, StoreError> {
        self.0.relay(broker, shutdown).await
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

/// Without the address, which may have a password in it, and without anybody's data.
impl<D: Database> fmt::Debug for Store<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(D::NAME)
    }
}

/// Microseconds since 1970.
pub(crate) fn now_us() -> i64 {
    Timestamp::now().as_microsecond()
}
