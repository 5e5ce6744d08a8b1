use std::cell::Cell;
use std::env;
use std::thread;

use sqlx::PgPool;
use stats_store::StatsStore;
use stats_store::testing::{agrees, agrees_with_its_ledger, over_histories};
use support::postgres;
use tokio::runtime::Runtime;

/// Random histories in any order; `WORKOUT_TEST_HISTORIES` asks for more. Half of them in each of two databases, at the same
/// time. What a crash would do to them is not what is asked here, so commits do not wait for the disk.
#[test]
fn postgresql_agrees_with_its_ledger_and_with_memory() {
    let cases = env::var("WORKOUT_TEST_HISTORIES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000);
    let half = || {
        let runtime = Runtime::new().unwrap();
        let database = runtime.block_on(postgres::database());
        let store = runtime.block_on(async {
            let pool = PgPool::connect(&database.url()).await.unwrap();
            let hurry = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); \
                         END $$";
            sqlx::raw_sql(hurry).execute(&pool).await.unwrap();
            pool.close().await;
            StatsStore::connect(&database.url()).await.unwrap()
        });
        let turn = Cell::new(0_u32);
        over_histories(cases / 2, |history| {
            turn.set(turn.get() + 1);
            runtime.block_on(async {
                if turn.get().is_multiple_of(8) {
                    agrees_with_its_ledger(&history, &store).await;
                } else {
                    let _ = agrees(&history, &*store.writer(), &*store.reader()).await;
                }
            });
        });
        runtime.block_on(store.close());
        drop(database);
    };
    thread::scope(|scope| [scope.spawn(half), scope.spawn(half)].map(|half| half.join().unwrap()));
}
