//! A file of SQLite, with a way into it that does not go through the store.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tempfile::TempDir;

pub(super) struct File {
    folder: TempDir,
    pub(super) pool: SqlitePool,
}

impl File {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(folder.path().join("stats.db")).create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        Self { folder, pool }
    }

    pub(super) fn url(&self) -> String {
        format!("sqlite://{}", self.folder.path().join("stats.db").display())
    }
}
