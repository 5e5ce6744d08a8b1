//! A connection that ends at a statement: at each one there is, from the first to the commit.

use support::proxy::{Held, Place};
use support::wait;
use tokio::time::timeout;

use crate::store::LIMIT;
use crate::store::site::{Site, are_new, were_there, write};

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_terminated_before_any_statement_leaves_nothing() {
    let mut site = Site::open().await;
    let pool = site.pool.clone();
    let terminate = async |held: Held| {
        sqlx::query("SELECT pg_terminate_backend($1)").bind(held.pid()).execute(&pool).await.unwrap();
        let is_there = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1";
        let is_gone =
            || async { sqlx::query_scalar::<_, i64>(is_there).bind(held.pid()).fetch_one(&pool).await.unwrap() == 0 };
        wait::until("the backend is gone", LIMIT, is_gone).await;
        held.pass();
    };
    check(&mut site, Place::BeforeNth, terminate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_does_not_arrive_leaves_nothing() {
    check(&mut Site::open().await, Place::BeforeNth, async |held| held.cut()).await;
}

/// Of the last one that is the answer to COMMIT: everything is there, and the caller hears of a failure.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_does_not_arrive_leaves_all_or_nothing() {
    check(&mut Site::open().await, Place::AfterNth, async |held| held.cut()).await;
}

/// Strikes at the n-th request of a write, for n from 1 until a write passes without having come so far.
async fn check(site: &mut Site, place: fn(usize) -> Place, strike: impl AsyncFn(Held)) {
    let mut struck = Vec::new();
    for nth in 1.. {
        site.open_again().await;
        let facts = site.tale.facts_of(12);
        let mut stop = site.proxy.stop(place(nth));
        let mut writing = tokio::spawn({
            let (writer, facts) = (site.store.writer(), facts.clone());
            async move { writer.write(&facts).await }
        });
        let text = tokio::select! {
            held = stop.reached() => {
                let text = held.text().to_owned();
                strike(held).await;
                text
            }
            written = &mut writing => {
                assert!(are_new(&written.unwrap().unwrap()));
                break;
            }
        };
        let written = timeout(LIMIT, writing).await.unwrap().unwrap();
        if let Err(error) = &written {
            assert!(error.is_transient(), "{text}: {error:?}");
        }
        // The connection that broke is nobody's concern any more.
        let again = write(&site.store, &facts).await.unwrap();
        let is_committed = written.is_ok() || (place(nth) == Place::AfterNth(nth) && text == "COMMIT");
        let all = if is_committed { were_there(&again) } else { are_new(&again) };
        assert!(all, "{text}: {written:?}, then {again:?}");
        struck.push(text);
    }
    site.judge().await;
    for text in ["BEGIN", "INSERT INTO workout_stats.ledger", "UPDATE workout_stats.people", "COMMIT"] {
        assert!(struck.iter().any(|struck| struck.starts_with(text)), "{text} is not among {struck:#?}");
    }
}

/// A statement waits for a lock, and its backend is terminated meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_terminated_within_a_statement_leaves_nothing() {
    let mut site = Site::open().await;
    // Each table is written by a statement of its own: whoever holds it stops the writer there.
    for table in ["people", "ledger", "workouts", "days", "efforts", "exercises"] {
        let facts = site.tale.facts_of(3);
        let mut holder = site.pool.begin().await.unwrap();
        let lock = format!("LOCK TABLE workout_stats.{table} IN ACCESS EXCLUSIVE MODE");
        sqlx::raw_sql(sqlx::AssertSqlSafe(lock)).execute(&mut *holder).await.unwrap();
        let writing = tokio::spawn({
            let (writer, facts) = (site.store.writer(), facts.clone());
            async move { writer.write(&facts).await }
        });
        wait::until("the writer waits for the lock", LIMIT, || async {
            let ended: Option<bool> = sqlx::query_scalar(TERMINATE).fetch_optional(&site.pool).await.unwrap();
            ended == Some(true)
        })
        .await;
        let error = timeout(LIMIT, writing).await.unwrap().unwrap().unwrap_err();
        assert!(error.is_transient(), "{table}: {error:?}");
        holder.rollback().await.unwrap();
        assert!(are_new(&write(&site.store, &facts).await.unwrap()), "{table}");
        site.judge().await;
    }
}

const TERMINATE: &str = "
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'workout-stats' AND wait_event_type = 'Lock'";
