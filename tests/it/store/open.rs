//! How a store on a server is opened.

use std::time::{Duration, Instant};

use sqlx::PgPool;
use stats_store::{Effect, StatsStore, testing};
use support::postgres;
use workout_events::UserId;

use super::{open, performed};

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_is_enough_for_everything() {
    let database = postgres::database().await;
    let builder = StatsStore::builder(&database.url()).connections(1).acquire_timeout(Duration::from_mins(1));
    let store = builder.connect().await.unwrap();
    testing::keeps_the_contract(store.writer(), store.reader()).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_only_read_opens_what_somebody_else_has_made() {
    let (database, store, pool) = open().await;
    let user = UserId::generate();
    assert_eq!(store.writer().write(&[performed(user, 60)]).await.unwrap(), [Effect::Applied]);
    // Of a name that no other test has, because roles belong to the server.
    let role = format!("reader_{}", database.name());
    let grants = format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'reader'; GRANT USAGE ON SCHEMA workout_stats TO {role};
         GRANT SELECT ON ALL TABLES IN SCHEMA workout_stats TO {role}"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(grants)).execute(&pool).await.unwrap();
    let url = as_user(&database.url(), &role);

    let reading = StatsStore::builder(&url).open().await.unwrap();
    assert_eq!(reading.reader().totals(user).await.unwrap().total_workouts, 1);
    assert!(reading.writer().write(&[performed(user, 60)]).await.is_err());
    assert!(StatsStore::builder(&url).pending().await.unwrap().is_empty());
    reading.close().await;

    sqlx::raw_sql("DROP TABLE workout_stats.days").execute(&pool).await.unwrap();
    let error = StatsStore::builder(&url).open().await.unwrap_err();
    assert!(error.is_behind() && !error.is_transient(), "{error:?}");
    let clean = format!("DROP OWNED BY {role}; DROP ROLE {role}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(clean)).execute(&pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_a_schema_is_left_as_it_is() {
    let database = postgres::database().await;
    let builder = StatsStore::builder(&database.url());
    assert!(builder.clone().open().await.unwrap_err().is_behind());
    let missing = builder.clone().pending().await.unwrap();
    let pool = PgPool::connect(&database.url()).await.unwrap();
    let is_there = "SELECT to_regnamespace('workout_stats') IS NOT NULL";
    assert!(!sqlx::query_scalar::<_, bool>(is_there).fetch_one(&pool).await.unwrap());

    let done = builder.clone().migrate().await.unwrap();
    assert_eq!(
        (done.version, done.migrations, &done.tables),
        (missing.migrations, missing.migrations, &missing.tables)
    );
    assert!(builder.clone().migrate().await.unwrap().is_empty() && builder.open().await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_ever() {
    let (database, _, pool) = open().await;
    let (user, long) = (UserId::generate(), Duration::from_mins(10));
    let builder = StatsStore::builder(&database.url()).connections(1);
    let stores = [
        builder.clone().lock_timeout(Duration::from_millis(100)).statement_timeout(long),
        builder.clone().statement_timeout(Duration::from_millis(100)).lock_timeout(long),
    ];
    let mut holder = pool.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE workout_stats.people IN ACCESS EXCLUSIVE MODE").execute(&mut *holder).await.unwrap();
    for store in stores {
        let store = store.connect().await.unwrap();
        let begun = Instant::now();
        let written = store.writer().write(&[performed(user, 60)]).await.unwrap_err();
        let read = store.reader().totals(user).await.unwrap_err();
        assert!(written.is_transient() && read.is_transient(), "{written:?} {read:?}");
        assert!(begun.elapsed() < Duration::from_mins(1));
    }
    // The only connection is in use until the holder is gone.
    let store = builder.acquire_timeout(Duration::from_millis(100)).connect().await.unwrap();
    let (writer, fact) = (store.writer(), performed(user, 60));
    let writing = tokio::spawn(async move { writer.write(&[fact]).await });
    let locked =
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    support::wait::until("the writer waits for the lock", Duration::from_mins(1), || async {
        sqlx::query_scalar(locked).fetch_one(&pool).await.unwrap()
    })
    .await;
    let read = store.reader().totals(user).await.unwrap_err();
    assert!(read.is_transient(), "{read:?}");
    holder.rollback().await.unwrap();
    assert_eq!(writing.await.unwrap().unwrap(), [Effect::Applied]);
}

/// What stands still in the midst of a transaction is ended by the server, so that it does not hold its locks for ever.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_knows_all_limits() {
    let (database, _, pool) = open().await;
    let told = "CREATE TABLE told (name text, setting text);
         CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO told SELECT name, setting FROM pg_settings WHERE name LIKE '%_timeout'; RETURN NULL;
         END $$;
         CREATE TRIGGER tell AFTER INSERT ON workout_stats.ledger FOR EACH STATEMENT EXECUTE FUNCTION tell()";
    sqlx::raw_sql(told).execute(&pool).await.unwrap();
    let store = StatsStore::builder(&database.url()).statement_timeout(Duration::from_secs(7)).connect().await.unwrap();
    assert_eq!(store.writer().write(&[performed(UserId::generate(), 60)]).await.unwrap(), [Effect::Applied]);
    let names = "'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'";
    let told: Vec<(String, String)> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT * FROM told WHERE name IN ({names}) ORDER BY name")))
            .fetch_all(&pool)
            .await
            .unwrap();
    let want =
        [("idle_in_transaction_session_timeout", "7000"), ("lock_timeout", "10000"), ("statement_timeout", "7000")];
    assert_eq!(told, want.map(|(name, setting)| (name.to_owned(), setting.to_owned())));
}

/// The same database for somebody else.
fn as_user(url: &str, role: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{role}:reader@{host}")
}
