use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use stats_store::{Risk, StatsStore};

/// What is said of a file, apart from the disk it is on, which tests do not choose. Nothing may be made by looking.
async fn risks(file: &Path) -> Vec<Risk> {
    let folder = file.parent().unwrap();
    let files = || fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect::<BTreeSet<_>>();
    let before = files();
    let examined = StatsStore::examine(&format!("sqlite://{}", file.display())).await.unwrap();
    assert_eq!(files(), before);
    assert!(examined.database.starts_with("SQLite"), "{examined:?}");
    let of_disk = |risk: &Risk| matches!(risk, Risk::NetworkFile | Risk::MemoryFile | Risk::ContainerFile);
    examined.risks.into_iter().filter(|risk| !of_disk(risk)).collect()
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stats.db");
    assert_eq!(risks(&file).await, [Risk::SchemaMissing]);
    // While a service has it open, and after that.
    let store = StatsStore::sqlite(&file).await.unwrap();
    assert_eq!(risks(&file).await, []);
    store.close().await;
    assert_eq!(risks(&file).await, []);
}

#[tokio::test]
async fn a_file_that_nobody_may_write_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stats.db");
    StatsStore::sqlite(&file).await.unwrap().close().await;
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    assert_eq!(risks(&file).await, [Risk::ReadOnly]);
}

#[tokio::test]
async fn tables_of_another_version_are_told() {
    let later = "SELECT max(version) + 1, 'later', 0";
    let insert = format!("INSERT INTO workout_stats_migrations (version, name, checksum, compatible) {later}");
    for (change, want) in [
        (format!("{insert}, 0 FROM workout_stats_migrations"), Risk::SchemaNewer),
        (format!("{insert}, 1 FROM workout_stats_migrations"), Risk::SchemaAhead),
        ("UPDATE workout_stats_migrations SET checksum = checksum + 1".to_owned(), Risk::SchemaChanged),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stats.db");
        StatsStore::sqlite(&file).await.unwrap().close().await;
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file)).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(change)).execute(&pool).await.unwrap();
        pool.close().await;
        assert_eq!(risks(&file).await, [want]);
    }
}

#[tokio::test]
async fn what_is_no_database_elsewhere_cannot_be_examined() {
    for url in ["memory", "sqlite::memory:", "mysql://user:hunter2@host/db", "hunter2"] {
        let error = StatsStore::examine(url).await.unwrap_err();
        assert!(error.is_invalid() && !format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}
