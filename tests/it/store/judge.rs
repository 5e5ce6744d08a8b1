//! Whether what a store says is true, however it came to be there.

use std::collections::BTreeSet;
use std::panic::Location;

use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use stats_store::{Day, Fact, Figures, Sample, StatsReader, StatsStore};
use workout_events::UserId;
use workout_events::uuid::Uuid;

/// A look into the ledger that does not go through the store.
#[derive(Clone, Copy)]
pub(super) enum Ledger<'p> {
    Postgres(&'p PgPool),
    Sqlite(&'p SqlitePool),
}

impl Ledger<'_> {
    /// The ids of all events in it, in order.
    async fn ids(self) -> Vec<Uuid> {
        let sql = |table| AssertSqlSafe(format!("SELECT coalesce(foreign_id, fact_id) FROM {table} ORDER BY 1"));
        match self {
            Self::Postgres(pool) => sqlx::query_scalar(sql("workout_stats.ledger")).fetch_all(pool).await.unwrap(),
            Self::Sqlite(pool) => sqlx::query_scalar(sql("workout_stats_ledger")).fetch_all(pool).await.unwrap(),
        }
    }
}

/// The store has each of these facts once and nothing else (I1, I2), and says what follows from them (I4).
#[track_caller]
pub(super) fn judge(store: &StatsStore, ledger: Ledger<'_>, facts: Vec<Fact>) -> impl Future<Output = ()> {
    let caller = Location::caller();
    async move {
        let ids: BTreeSet<_> = facts.iter().map(|fact| Uuid::from(fact.event_id())).collect();
        let there = ledger.ids().await;
        let lost = ids.iter().filter(|id| !there.contains(id)).count();
        let told = facts.len();
        assert_eq!((lost, there.len()), (0, ids.len()), "of {told} facts: lost, and in the ledger, at {caller}");
        let verified = store.verify(Sample::All, |_| {}).await.unwrap();
        assert_eq!(verified.drifts, [], "recomputed, at {caller}");
        let once = StatsStore::memory();
        let _ = once.writer().write(&facts).await.unwrap();
        for user in facts.iter().filter_map(Fact::user_id).collect::<BTreeSet<_>>() {
            let figures = figures(&*store.reader(), user).await;
            assert_eq!(figures, self::figures(&*once.reader(), user).await, "beside memory, at {caller}");
        }
    }
}

async fn figures(reader: &dyn StatsReader, user: UserId) -> Figures {
    let today: Day = "2024-02-01".parse().unwrap();
    reader.figures(user, today).await.unwrap().value
}
