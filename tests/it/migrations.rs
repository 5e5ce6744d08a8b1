//! Migrations of a schema in PostgreSQL.

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use support::postgres::{self, Database};
use tokio::task::JoinSet;
use workout_migrations::{Migration, Migrations};

const ONE: Migration =
    Migration::new("notes", "CREATE TABLE notes.notes (text text); INSERT INTO notes.notes VALUES ('a');");
const TWO: Migration = Migration::new("more", "INSERT INTO notes.notes VALUES ('b')");
const SECOND: Migrations = Migrations::new("notes", &[ONE, TWO]);

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_start_together_apply_each_migration_once() {
    let (database, pool) = open().await;
    // Even where a transaction by default does not see what others commit meanwhile.
    let strict = format!("ALTER DATABASE {} SET default_transaction_isolation = 'repeatable read'", database.name());
    database.administer(strict).await.unwrap();
    let mut starting = JoinSet::new();
    for _ in 0..8 {
        let pool = connect(&database).await;
        starting.spawn(async move { SECOND.postgres(&pool).await.unwrap() });
    }
    let reports = starting.join_all().await;
    assert_eq!(reports.iter().map(|report| report.applied).sum::<u32>(), 2, "{reports:?}");
    assert!(reports.iter().all(|report| report.version == 2 && report.ahead == 0), "{reports:?}");
    let notes: i64 = sqlx::query_scalar("SELECT count(*) FROM notes.notes").fetch_one(&pool).await.unwrap();
    assert_eq!(notes, 2);
}

/// Trap H2: COMMIT of a transaction that is no more is a success to the client library.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_ends_the_transaction_is_an_error() {
    const ABORTS: Migrations = Migrations::new("notes", &[ONE, Migration::new("rude", "ROLLBACK")]);
    const COMMITS: Migrations = Migrations::new("notes", &[ONE, Migration::new("rude", "COMMIT; BEGIN")]);
    for (rude, want) in [(ABORTS, "cannot be applied"), (COMMITS, "has ended the transaction")] {
        let (_database, pool) = open().await;
        let error = rude.postgres(&pool).await.unwrap_err();
        assert!(!error.is_transient() && error.to_string().contains(want), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_fails_leaves_nothing_behind() {
    const BROKEN: Migrations =
        Migrations::new("notes", &[ONE, Migration::new("broken", "INSERT INTO notes.nowhere VALUES (1)")]);
    let (_database, pool) = open().await;
    let error = BROKEN.postgres(&pool).await.unwrap_err();
    assert_eq!(error.to_string(), "version 2 (broken) of the schema notes cannot be applied");
    let is_there: bool =
        sqlx::query_scalar("SELECT to_regnamespace('notes') IS NOT NULL").fetch_one(&pool).await.unwrap();
    assert!(!is_there);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_read_can_start_on_what_is_up_to_date() {
    let (database, pool) = open().await;
    SECOND.postgres(&pool).await.unwrap();
    let read_only = format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name());
    database.administer(read_only).await.unwrap();
    assert_eq!(SECOND.postgres(&connect(&database).await).await.unwrap().applied, 0);
}

async fn open() -> (Database, PgPool) {
    let database = postgres::database().await;
    let pool = connect(&database).await;
    (database, pool)
}

async fn connect(database: &Database) -> PgPool {
    PgPoolOptions::new().max_connections(2).connect(&database.url()).await.unwrap()
}
