//! A store as a service opens it.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;
#[cfg(feature = "announce")]
use workout_publisher::Broker;

use super::builder::StatsStoreBuilder;
use super::database::Store;
use super::work::{Done, Job};
use crate::error::StoreError;
use crate::memory::Memory;
#[cfg(feature = "announce")]
use crate::news::Announced;
use crate::seam::{StatsReader, StatsWriter};
use crate::table::{Table, Value};

/// A place for the statistics. A clone is another handle to the same place.
#[derive(Debug, Clone)]
pub struct StatsStore(pub(crate) Arc<dyn Backend>);

/// What our own stores are.
#[async_trait]
pub(crate) trait Backend: StatsWriter + StatsReader {
    /// In one transaction.
    async fn run(&self, job: Job) -> Result<Done, StoreError>;

    async fn page(&self, table: &'static Table, after: Uuid, limit: i64) -> Result<Vec<Vec<Value>>, StoreError>;

    async fn people(&self, table: &'static Table, after: Uuid, limit: i64) -> Result<Vec<Uuid>, StoreError>;

    async fn count(&self, table: &'static Table) -> Result<i64, StoreError>;

    fn name(&self) -> &'static str;

    #[cfg(feature = "announce")]
    async fn relay(&self, broker: &Broker, shutdown: Shutdown<'_>) -> Result<Announced, StoreError>;

    async fn close(&self);
}

/// What ends a relay.
#[cfg(feature = "announce")]
pub(crate) type Shutdown<'s> = std::pin::Pin<Box<dyn Future<Output = ()> + Send + 's>>;

impl StatsStore {
    /// Opens the store of this URL and brings its schema up to date.
    ///
    /// | URL | store |
    /// |---|---|
    /// | `sqlite://stats.db` | a file, which is made if it is not there; `sqlite:///var/lib/stats.db` is an absolute path |
    /// | `postgres://user:password@host/database` | `PostgreSQL`, in the schema `workout_stats` |
    /// | `memory` | nothing stays |
    ///
    /// Of `PostgreSQL` the URL may name `sslmode`, `sslrootcert`, `sslcert` and `sslkey`. Where it says nothing, a server on
    /// another machine has to have a certificate for its name from somebody whom this machine trusts; `sslmode=disable`
    /// permits to do without, for a network that is safe otherwise.
    ///
    /// # Errors
    /// When the URL is of another form, the database does not answer or refuses, or it belongs to a newer version.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::builder(url).connect().await
    }

    /// How to open the store of this URL, where the defaults of [`connect`](Self::connect) do not do.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use stats_store::StatsStore;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), stats_store::StoreError> {
    /// # let url = "memory";
    /// let builder = StatsStore::builder(url).connections(2).acquire_timeout(Duration::from_secs(3));
    /// builder.clone().migrate().await?;
    /// let store = builder.open().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(url: &str) -> StatsStoreBuilder {
        StatsStoreBuilder::url(url)
    }

    /// Opens a file, which is made if it is not there, without the rules of URLs for its name.
    ///
    /// # Errors
    /// As for [`connect`](Self::connect).
    pub async fn sqlite(file: impl AsRef<Path> + Send) -> Result<Self, StoreError> {
        Self::builder_of_file(file).connect().await
    }

    /// How to open a file, where the defaults of [`sqlite`](Self::sqlite) do not do.
    pub fn builder_of_file(file: impl AsRef<Path>) -> StatsStoreBuilder {
        StatsStoreBuilder::file(file.as_ref())
    }

    /// A new store in memory, which ends with its last handle.
    #[must_use]
    pub fn memory() -> Self {
        Self::over(Memory::new(None))
    }

    pub(super) fn over(database: impl super::Database) -> Self {
        Self(Arc::new(Store::new(database)))
    }

    /// The store to write to.
    #[must_use]
    pub fn writer(&self) -> Arc<dyn StatsWriter> {
        Arc::clone(&self.0) as Arc<dyn StatsWriter>
    }

    /// The store to read from.
    #[must_use]
    pub fn reader(&self) -> Arc<dyn StatsReader> {
        Arc::clone(&self.0) as Arc<dyn StatsReader>
    }

    /// Waits for what is under way and closes the connections. All handles are of no use after that.
    pub async fn close(&self) {
        self.0.close().await;
    }
}
