use std::error::Error;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use stats_store::{Effect, Fact, StatsReader, StatsStore, StatsWriter, Totals};
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
