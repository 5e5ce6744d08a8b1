//! A store on PostgreSQL, with everything that one needs to disturb it.

use std::panic::Location;

use sqlx::{AssertSqlSafe, PgPool};
use stats_store::{Effect, Fact, Sample, StatsStore, StoreError, Totals};
use support::postgres::{self, Database};
use support::proxy::Proxy;
use tokio::time::timeout;
use workout_events::UserId;

use super::LIMIT;
use super::judge::{Ledger, judge};
use super::tale::Tale;

/// The store goes through the proxy, and the pool does not.
pub(super) struct Site {
    pub(super) store: StatsStore,
    pub(super) proxy: Proxy,
    pub(super) pool: PgPool,
    pub(super) database: Database,
    pub(super) tale: Tale,
}

impl Site {
    pub(super) async fn open() -> Self {
        let database = postgres::database().await;
        let pool = PgPool::connect(&database.url()).await.unwrap();
        let proxy = Proxy::to(&database.url()).await;
        let store = StatsStore::connect(proxy.url()).await.unwrap();
        Self { store, proxy, pool, database, tale: Tale::new() }
    }

    /// With connections that know no statement yet.
    pub(super) async fn open_again(&mut self) {
        self.store.close().await;
        self.store = StatsStore::connect(self.proxy.url()).await.unwrap();
    }

    /// Sets something for all connections that are made from now on.
    pub(super) async fn set(&self, setting: &str) {
        let sql = format!("ALTER DATABASE {} SET {setting}", self.database.name());
        self.database.administer(sql).await.unwrap();
    }

    pub(super) async fn sql(&self, sql: impl Into<String>) {
        sqlx::raw_sql(AssertSqlSafe(sql.into())).execute(&self.pool).await.unwrap();
    }

    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// What was told so far is what the store says.
    #[track_caller]
    pub(super) fn judge(&self) -> impl Future<Output = ()> {
        judge(&self.store, Ledger::Postgres(&self.pool), self.tale.facts())
    }
}

/// A store, its database, and another way into it.
pub(super) async fn open() -> (Database, StatsStore, PgPool) {
    let database = postgres::database().await;
    let store = StatsStore::connect(&database.url()).await.unwrap();
    let pool = PgPool::connect(&database.url()).await.unwrap();
    (database, store, pool)
}

/// What is kept is what the ledger says.
#[track_caller]
pub(super) fn is_true(store: &StatsStore) -> impl Future<Output = ()> {
    let caller = Location::caller();
    async move {
        let verified = store.verify(Sample::All, |_| {}).await.unwrap();
        assert_eq!(verified.drifts, [], "at {caller}");
    }
}

pub(super) async fn write(store: &StatsStore, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
    timeout(LIMIT, store.writer().write(facts)).await.unwrap()
}

pub(super) async fn totals(store: &StatsStore, user: UserId) -> Totals {
    timeout(LIMIT, store.reader().totals(user)).await.unwrap().unwrap()
}

/// Whether all of them are in the ledger now, and were not before.
pub(super) fn are_new(effects: &[Effect]) -> bool {
    effects.iter().all(|effect| matches!(effect, Effect::Applied | Effect::Superseded))
}

/// Whether all of them were in the ledger before.
pub(super) fn were_there(effects: &[Effect]) -> bool {
    effects.iter().all(|effect| *effect == Effect::Duplicate)
}
