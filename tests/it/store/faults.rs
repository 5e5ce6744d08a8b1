use std::time::Duration;

use sqlx::PgPool;
use stats_store::{Effect, Fact, StatsStore, StoreError, Totals};
use support::wait;
use tokio::time::timeout;
use workout_events::UserId;

use super::{is_true, open, performed};

/// For everything, on a loaded machine.
const LIMIT: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_terminated_at_any_statement_leaves_all_or_nothing() {
    let (_database, store, pool) = open().await;
    let user = UserId::generate();
    assert_eq!(write(&store, &[performed(user, 60)]).await.unwrap(), [Effect::Applied]);
    // Each table is written by a statement of its own: whoever holds it stops the writer there.
    for (round, table) in (1..).zip(["people", "ledger", "workouts", "days"]) {
        let facts = [performed(user, 60)];
        let mut holder = pool.begin().await.unwrap();
        let lock = format!("LOCK TABLE workout_stats.{table} IN ACCESS EXCLUSIVE MODE");
        sqlx::raw_sql(sqlx::AssertSqlSafe(lock)).execute(&mut *holder).await.unwrap();
        let writing = tokio::spawn({
            let (writer, facts) = (store.writer(), facts.clone());
            async move { writer.write(&facts).await }
        });
        terminate(&pool).await;
        let error = timeout(LIMIT, writing).await.unwrap().unwrap().unwrap_err();
        assert!(error.is_transient(), "{table}: {error:?}");
        holder.rollback().await.unwrap();
        assert_eq!(totals(&store, user).await, Totals::new(round, round * 60, None), "{table}");
        assert_eq!(write(&store, &facts).await.unwrap(), [Effect::Applied]);
        assert_eq!(totals(&store, user).await, Totals::new(round + 1, (round + 1) * 60, None), "{table}");
    }
    is_true(&store).await;
}

/// Trap H2: the last statement succeeds, and the commit does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_is_no_success() {
    let (_database, store, pool) = open().await;
    let trigger = "
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON workout_stats.ledger
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()";
    sqlx::raw_sql(trigger).execute(&pool).await.unwrap();
    let (user, other) = (UserId::generate(), UserId::generate());
    let facts = [performed(user, 60), performed(other, 30)];
    assert!(write(&store, &facts).await.is_err());
    assert_eq!(totals(&store, user).await, Totals::new(0, 0, None));

    sqlx::raw_sql("DROP TRIGGER refuse ON workout_stats.ledger").execute(&pool).await.unwrap();
    assert_eq!(write(&store, &facts).await.unwrap(), [Effect::Applied; 2]);
    assert_eq!(totals(&store, user).await, Totals::new(1, 60, None));
    is_true(&store).await;
}

/// Trap H3: whoever gives up on a write gives up on a connection, if the transaction is in the same future.
#[tokio::test(flavor = "multi_thread")]
async fn writes_that_nobody_waits_for_leave_the_connections_usable() {
    let (_database, store, pool) = open().await;
    let user = UserId::generate();
    let fact = performed(user, 60);
    let mut holder = pool.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE workout_stats.ledger IN ACCESS EXCLUSIVE MODE").execute(&mut *holder).await.unwrap();
    // More than there are connections.
    for _ in 0..12 {
        let (writer, fact) = (store.writer(), fact.clone());
        let given_up = timeout(Duration::from_millis(20), async move { writer.write(&[fact]).await }).await;
        assert!(given_up.is_err(), "the ledger is held");
    }
    holder.rollback().await.unwrap();

    assert!(write(&store, &[fact, performed(user, 30)]).await.is_ok());
    assert_eq!(totals(&store, user).await, Totals::new(2, 90, None));
    is_true(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_read_only_is_waited_for() {
    let (database, store, _) = open().await;
    store.close().await;
    let set = |value| format!("ALTER DATABASE {} SET default_transaction_read_only = {value}", database.name());
    database.administer(set("on")).await.unwrap();
    let store = StatsStore::connect(&database.url()).await.unwrap();
    let user = UserId::generate();
    let error = write(&store, &[performed(user, 60)]).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert_eq!(totals(&store, user).await, Totals::new(0, 0, None));
    store.close().await;

    database.administer(set("off")).await.unwrap();
    let store = StatsStore::connect(&database.url()).await.unwrap();
    assert_eq!(write(&store, &[performed(user, 60)]).await.unwrap(), [Effect::Applied]);
    is_true(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_somebody_has_changed_is_found_and_mended() {
    let (_database, store, pool) = open().await;
    let user = UserId::generate();
    let _ = write(&store, &[performed(user, 60), performed(user, 30)]).await.unwrap();
    for sql in [
        "UPDATE workout_stats.people SET duration_s = 91",
        "UPDATE workout_stats.days SET duration_s = 91",
        "DELETE FROM workout_stats.days",
        "UPDATE workout_stats.workouts SET duration_s = 91",
    ] {
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        let verified = store.verify(stats_store::Sample::Random(5), |_| {}).await.unwrap();
        assert!(verified.count > 0 && verified.drifts.iter().all(|drift| drift.user_id == *user.as_uuid()), "{sql}");
        assert_eq!(store.rebuild(true, |_| {}).await.unwrap(), 1);
        is_true(&store).await;
    }
}

async fn write(store: &StatsStore, facts: &[Fact]) -> Result<Vec<Effect>, StoreError> {
    timeout(LIMIT, store.writer().write(facts)).await.unwrap()
}

async fn totals(store: &StatsStore, user: UserId) -> Totals {
    timeout(LIMIT, store.reader().totals(user)).await.unwrap().unwrap()
}

/// Ends the connection of the store that waits for a lock.
async fn terminate(pool: &PgPool) {
    wait::until("the writer waits for the lock", LIMIT, || async {
        let ended: Option<bool> = sqlx::query_scalar(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'workout-stats' AND wait_event_type = 'Lock'",
        )
        .fetch_optional(pool)
        .await
        .unwrap();
        ended == Some(true)
    })
    .await;
}
