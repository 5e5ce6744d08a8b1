//! Looking at a file, which is neither made nor written.

use std::fs;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::error::{Kind, StoreError, database};
use crate::examine::{Examined, of_schema};
use crate::risk::Risk;
use crate::sqlite::connect::MIGRATIONS;
use crate::sqlite::file_system;

pub(crate) async fn examine(url: &str) -> Result<Examined, StoreError> {
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(Kind::Url("a database in memory is seen by its own process only").into());
    }
    let options: SqliteConnectOptions = url.parse().map_err(|_| Kind::Url("it is not of the form sqlite://FILE"))?;
    let file = options.get_filename().to_owned();
    let mut risks: Vec<_> = file_system::of(&file).and_then(|kind| file_system::risk(&kind)).into_iter().collect();
    if !fs::exists(&file).is_ok_and(|is_there| is_there) {
        risks.push(Risk::SchemaMissing);
        return Ok(Examined { database: "SQLite".to_owned(), risks });
    }
    if is_read_only(&file) {
        risks.push(Risk::ReadOnly);
    }
    // Even a connection that only reads makes the files of the log when they are not there. Without them nothing is
    // outside of the file, so that it can be read as one that nobody writes.
    let options = options.read_only(true).create_if_missing(false).immutable(!has_log(&file));
    let mut connection = options.connect().await.map_err(database)?;
    let version: String =
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut connection).await.map_err(database)?;
    risks.extend(of_schema(MIGRATIONS.standing_in_sqlite(&mut connection).await)?);
    connection.close().await.map_err(database)?;
    Ok(Examined { database: format!("SQLite {version}"), risks })
}

fn has_log(file: &Path) -> bool {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    fs::exists(Path::new(&log)).unwrap_or(true)
}

/// By the permissions of the file alone: whether this user may write to it would have to be tried.
fn is_read_only(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|data| data.permissions().readonly())
}
