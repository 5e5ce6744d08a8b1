//! Migrations of tables in an SQLite file that others use as well.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report; clippy sees helpers as ordinary functions")]

use std::error::Error;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tempfile::TempDir;
use tokio::task::JoinSet;
use workout_migrations::{Migration, MigrationError, Migrations, Report};

const ONE: Migration =
    Migration::new("notes", "CREATE TABLE notes_notes (text TEXT); INSERT INTO notes_notes VALUES ('a');");
const TWO: Migration = Migration::new("more", "INSERT INTO notes_notes VALUES ('b')");
const FIRST: Migrations = Migrations::new("notes", &[ONE]);
const SECOND: Migrations = Migrations::new("notes", &[ONE, TWO]);
const ADDING: Migrations = Migrations::new("notes", &[ONE, TWO.compatible()]);

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_start_together_apply_each_migration_once() {
    let (_folder, pool) = open().await;
    let mut starting = JoinSet::new();
    for _ in 0..8 {
        let pool = pool.clone();
        starting.spawn(async move { SECOND.sqlite(&pool).await.unwrap() });
    }
    let reports = starting.join_all().await;
    assert_eq!(reports.iter().map(|report| report.applied).sum::<u32>(), 2, "{reports:?}");
    assert!(reports.iter().all(|report| report.version == 2 && report.ahead == 0), "{reports:?}");
    assert_eq!(notes(&pool).await, 2);
}

#[tokio::test]
async fn an_old_program_goes_on_beside_an_addition_and_is_refused_otherwise() {
    let (_folder, pool) = open().await;
    FIRST.sqlite(&pool).await.unwrap();
    assert_eq!(ADDING.sqlite(&pool).await.unwrap().applied, 1);
    let report = FIRST.sqlite(&pool).await.unwrap();
    assert_eq!((report.version, report.applied, report.ahead), (2, 0, 1));

    let (_folder, pool) = open().await;
    SECOND.sqlite(&pool).await.unwrap();
    let error = FIRST.sqlite(&pool).await.unwrap_err();
    assert!(error.is_newer() && !error.is_transient() && !error.is_changed(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the schema notes has version 2 (more), this program knows up to 1: update the program"
    );
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    const EDITED: Migrations =
        Migrations::new("notes", &[Migration::new("notes", "CREATE TABLE notes_notes (text TEXT)"), TWO]);
    let (_folder, pool) = open().await;
    FIRST.sqlite(&pool).await.unwrap();
    let error = EDITED.sqlite(&pool).await.unwrap_err();
    assert!(error.is_changed() && !error.is_transient(), "{error:?}");
    assert_eq!(notes(&pool).await, 1, "nothing was applied");
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_behind() {
    const BROKEN: Migrations =
        Migrations::new("notes", &[ONE, Migration::new("broken", "INSERT INTO notes_nowhere VALUES (1)")]);
    let (_folder, pool) = open().await;
    let error = BROKEN.sqlite(&pool).await.unwrap_err();
    assert_eq!(error.to_string(), "version 2 (broken) of the schema notes cannot be applied");
    assert!(error.source().unwrap().to_string().contains("notes_nowhere"), "{error:?}");
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_master").fetch_one(&pool).await.unwrap();
    assert_eq!(tables, 0);
    assert_eq!(SECOND.sqlite(&pool).await.unwrap().applied, 2);
}

#[tokio::test]
async fn a_migration_that_ends_the_transaction_is_an_error() {
    const RUDE: Migrations = Migrations::new("notes", &[ONE, Migration::new("rude", "ROLLBACK")]);
    let (_folder, pool) = open().await;
    RUDE.sqlite(&pool).await.unwrap_err();
    assert_eq!(SECOND.sqlite(&pool).await.unwrap().applied, 2);
}

#[tokio::test]
async fn who_may_only_read_can_start_on_what_is_up_to_date() {
    let (folder, pool) = open().await;
    SECOND.sqlite(&pool).await.unwrap();
    let options = SqliteConnectOptions::new().filename(file(&folder)).read_only(true);
    let reader = SqlitePool::connect_with(options).await.unwrap();
    assert_eq!(SECOND.sqlite(&reader).await.unwrap().applied, 0);
}

#[tokio::test]
async fn two_libraries_share_a_file() {
    const OTHER: Migrations =
        Migrations::new("other", &[Migration::new("table", "CREATE TABLE other_table (id INTEGER)")]);
    let (_folder, pool) = open().await;
    FIRST.sqlite(&pool).await.unwrap();
    assert_eq!(OTHER.sqlite(&pool).await.unwrap().version, 1);
    assert_eq!(FIRST.sqlite(&pool).await.unwrap().applied, 0);
}

#[test]
fn what_is_public_crosses_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Migrations>();
    check::<Report>();
    check::<MigrationError>();
}

async fn notes(pool: &SqlitePool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM notes_notes").fetch_one(pool).await.unwrap()
}

fn file(folder: &TempDir) -> std::path::PathBuf {
    Path::new(folder.path()).join("host.db")
}

async fn open() -> (TempDir, SqlitePool) {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new().filename(file(&folder)).create_if_missing(true);
    (folder, SqlitePool::connect_with(options).await.unwrap())
}
