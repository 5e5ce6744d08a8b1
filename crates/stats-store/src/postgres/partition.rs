//! Large tables in pieces.

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use super::connect::look;
use super::{DIALECT, address};
use crate::error::{Kind, StoreError, connecting, database};
use crate::projection::{DAYS, EFFORTS};
use crate::record::RECORDS;
use crate::table::{LEDGER, PAST, Table, WORKOUTS};

/// Those that have a row for each workout, or several. By the hash of their first column: by time the ids in them could not be
/// unique.
static LARGE: [&Table; 6] = [&LEDGER, &PAST, &WORKOUTS, &DAYS.table, &EFFORTS.table, &RECORDS];

/// Partitions the large tables, each in a transaction, and says which were not yet.
pub(crate) async fn partition(
    url: &str,
    partitions: u16,
    mut told: impl FnMut(&'static str) + Send,
) -> Result<Vec<&'static str>, StoreError> {
    let options = address::parse(url)?;
    if !look(&options).await?.is_empty() {
        return Err(Kind::Behind.into());
    }
    let partitions = partitions.clamp(2, 1_024).to_string();
    let mut connection = options.connect().await.map_err(connecting)?;
    let mut done = Vec::new();
    for table in LARGE {
        let name = DIALECT.name(table);
        let is_whole: bool = sqlx::query_scalar("SELECT relkind = 'r' FROM pg_class WHERE oid = to_regclass($1)")
            .bind(&name)
            .fetch_one(&mut connection)
            .await
            .map_err(database)?;
        if is_whole {
            told(table.name);
            let mut sql = filled(include_str!("partition.sql"), table, &partitions);
            if table.name == LEDGER.name {
                sql.push_str(&filled(include_str!("partition_foreign.sql"), table, &partitions));
            }
            // Both are one transaction, so that no fact comes in between.
            let mut transaction = connection.begin().await.map_err(database)?;
            transaction.execute(AssertSqlSafe(sql)).await.map_err(database)?;
            // A COMMIT that fails is not always told: see `write.rs`.
            transaction.execute("SELECT 1").await.map_err(database)?;
            transaction.commit().await.map_err(database)?;
            done.push(table.name);
        }
    }
    connection.close().await.map_err(database)?;
    Ok(done)
}

fn filled(sql: &str, table: &Table, partitions: &str) -> String {
    sql.replace("{table}", table.name).replace("{key}", table.key[0].name).replace("{partitions}", partitions)
}
