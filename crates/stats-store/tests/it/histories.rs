//! Random histories, told in any order. A failure prints the smallest history that fails, and the seed.

use std::cell::Cell;
use std::env;
use std::thread;

use stats_store::StatsStore;
use stats_store::testing::{agrees, agrees_with_its_ledger, agrees_with_little_kept, over_histories};
use tokio::runtime::Runtime;

/// How many; `WORKOUT_TEST_HISTORIES` asks for more, as a nightly run does.
fn cases() -> u32 {
    env::var("WORKOUT_TEST_HISTORIES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000)
}

/// Every `often`-th history is also compared with a rebuild.
fn check(cases: u32, runtime: &Runtime, store: impl Fn() -> StatsStore, often: u32) {
    let turn = Cell::new(0_u32);
    over_histories(cases, |history| {
        let store = store();
        turn.set(turn.get() + 1);
        runtime.block_on(async {
            if turn.get().is_multiple_of(often) {
                agrees_with_its_ledger(&history, &store).await;
            } else {
                let _ = agrees(&history, &*store.writer(), &*store.reader()).await;
            }
        });
    });
}

#[test]
fn memory_agrees_with_its_ledger_and_with_the_model() {
    // A new one each time: it looks at everybody's workouts to find those of one person.
    check(cases(), &Runtime::new().unwrap(), StatsStore::memory, 1);
}

#[test]
fn what_was_let_go_changes_no_number() {
    let runtime = Runtime::new().unwrap();
    over_histories(cases() / 10, |history| {
        runtime.block_on(agrees_with_little_kept(&history, &StatsStore::memory()));
    });
}

/// Half of them in each of two files, at the same time.
#[test]
fn sqlite_agrees_with_its_ledger_and_with_memory() {
    let half = || {
        let (runtime, folder) = (Runtime::new().unwrap(), tempfile::tempdir().unwrap());
        let store = runtime.block_on(StatsStore::sqlite(folder.path().join("stats.db"))).unwrap();
        check(cases() / 2, &runtime, || store.clone(), 4);
        runtime.block_on(store.close());
    };
    thread::scope(|scope| [scope.spawn(half), scope.spawn(half)].map(|half| half.join().unwrap()));
}
