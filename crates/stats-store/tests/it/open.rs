use std::error::Error;
use std::fs;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use stats_store::{Effect, Fact, StatsReader, StatsStore, StatsWriter, Totals, testing};
use workout_events::jiff::{ToSpan, Zoned};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed};

#[tokio::test]
async fn a_url_that_cannot_work_is_refused_without_being_repeated() {
    for url in
        ["", "hunter2", "mysql://user:hunter2@host/db", "postgres://user:hunter2@host:port/db", "sqlite::memory:"]
    {
        let error = StatsStore::connect(url).await.unwrap_err();
        assert!(error.is_invalid() && !error.is_transient(), "{url}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        assert!(error.source().is_none());
    }
}

#[tokio::test]
async fn what_was_written_is_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    // Nothing that a URL would take literally.
    let file = folder.path().join("100% of ?stats#.db");
    let user = UserId::generate();
    let ended = Zoned::now();
    let data = WorkoutPerformed::new(
        WorkoutId::generate(),
        user,
        Source::new("tests"),
        ActivityType::Running,
        &(&ended - 1.hour()),
        &ended,
    );
    let fact = Fact::from(&Event::new("/tests", data).unwrap());
    for want in [Effect::Applied, Effect::Duplicate] {
        let store = StatsStore::sqlite(&file).await.unwrap();
        assert_eq!(store.writer().write(std::slice::from_ref(&fact)).await.unwrap(), [want]);
        store.close().await;
    }
    let store = StatsStore::sqlite(&file).await.unwrap();
    assert_eq!(store.reader().totals(user).await.unwrap(), Totals::new(1, 3_600, None));
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stats.db");
    StatsStore::sqlite(&file).await.unwrap().close().await;
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file)).await.unwrap();
    sqlx::query("INSERT INTO workout_stats_migrations (version, name, checksum, compatible) SELECT max(version) + 1, 'later', 0, 0 FROM workout_stats_migrations").execute(&pool).await.unwrap();
    pool.close().await;

    let error = StatsStore::sqlite(&file).await.unwrap_err();
    assert!(error.is_newer() && !error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let error = StatsStore::sqlite(folder.path().join("no").join("stats.db")).await.unwrap_err();
    assert!(!error.is_invalid(), "{error:?}");
}

#[test]
fn the_seam_fits_into_a_service() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<StatsStore>();
    check::<std::sync::Arc<dyn StatsWriter>>();
    check::<std::sync::Arc<dyn StatsReader>>();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_is_enough_for_everything() {
    let folder = tempfile::tempdir().unwrap();
    let builder = StatsStore::builder_of_file(folder.path().join("stats.db")).connections(1);
    let store = builder.acquire_timeout(Duration::from_mins(1)).connect().await.unwrap();
    testing::keeps_the_contract(store.writer(), store.reader()).await;
    store.close().await;
}

#[tokio::test]
async fn a_store_that_is_opened_as_it_is_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let builder = StatsStore::builder_of_file(folder.path().join("stats.db"));
    let error = builder.clone().open().await.unwrap_err();
    assert!(error.is_behind() && !error.is_transient(), "{error:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let missing = builder.clone().pending().await.unwrap();
    assert_eq!((missing.version, missing.is_empty()), (0, false));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let done = builder.clone().migrate().await.unwrap();
    assert_eq!((done.migrations, &done.tables), (missing.migrations, &missing.tables));
    assert_eq!(done.version, done.migrations);
    for again in [builder.clone().migrate().await.unwrap(), builder.clone().pending().await.unwrap()] {
        assert_eq!((again.version, again.is_empty()), (done.version, true));
    }
    let store = builder.clone().open().await.unwrap();
    assert_eq!(store.reader().totals(UserId::generate()).await.unwrap(), Totals::default());
    store.close().await;
}

#[tokio::test]
async fn a_new_projection_is_told_before_and_after_it_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stats.db");
    let builder = StatsStore::builder_of_file(&file);
    let _ = builder.clone().migrate().await.unwrap();
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file)).await.unwrap();
    sqlx::query("DROP TABLE workout_stats_days").execute(&pool).await.unwrap();
    pool.close().await;
    assert!(builder.clone().open().await.unwrap_err().is_behind());
    for steps in [builder.clone().pending().await.unwrap(), builder.clone().migrate().await.unwrap()] {
        assert_eq!((steps.migrations, steps.tables), (0, vec!["days"]));
    }
    assert!(builder.open().await.is_ok());
}
