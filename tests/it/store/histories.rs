use std::env;

use proptest::test_runner::{Config, TestRunner};
use stats_store::testing::{agrees_with_its_ledger, histories};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::site::open;

/// Random histories in any order; `WORKOUT_TEST_POSTGRES_HISTORIES` asks for more.
#[tokio::test(flavor = "multi_thread")]
async fn postgresql_agrees_with_its_ledger_and_with_memory() {
    let (_database, store, _) = open().await;
    let cases = env::var("WORKOUT_TEST_POSTGRES_HISTORIES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let told = TestRunner::new(config).run(&histories(), |history| {
        block_in_place(|| Handle::current().block_on(agrees_with_its_ledger(&history, &store)));
        Ok(())
    });
    told.unwrap_or_else(|failure| panic!("{failure}"));
}
