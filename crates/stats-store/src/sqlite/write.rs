//! Writing: one writer at a time, several rows with a statement.

use std::fmt::Write;
use std::sync::Arc;

use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow, SqliteTransaction};
use sqlx::{AssertSqlSafe, Sqlite};
use uuid::Uuid;

use super::DIALECT;
use super::read::bind_scan;
use crate::error::{StoreError, database, raced};
use crate::news::{Announcer, News};
use crate::table::{Find, On, Rows, Scan, Tables, Value, cells, insert_head, insert_tail, join, names, scan_rows};

pub(crate) struct Statements(pub(super) SqliteTransaction<'static>, pub(super) Option<Arc<Announcer<Sqlite>>>);

/// How many rows a statement has. A few sizes, so that each statement is parsed once.
const PORTIONS: [usize; 3] = [64, 8, 1];

impl Tables for Statements {
    /// Nothing is to be locked: nobody else writes.
    async fn find(&mut self, find: Find<'_>) -> Result<Vec<Vec<Value>>, StoreError> {
        let sql = format!(
            "SELECT {} FROM {} WHERE {} IN (SELECT unhex(value) FROM json_each($1)) ORDER BY {}",
            names(find.table.columns()),
            DIALECT.name(find.table),
            find.column,
            names(find.table.key.iter().copied()),
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(list(find.ids)).fetch_all(&mut *self.0).await;
        let read = |row: &SqliteRow| cells(row, 0, find.table.columns().map(|column| column.kind));
        rows.map_err(database)?.iter().map(read).collect::<sqlx::Result<_>>().map_err(database)
    }

    async fn find_under(&mut self, keys: Rows) -> Result<Vec<Vec<Value>>, StoreError> {
        let table = keys.table;
        let sql = format!(
            "SELECT {} FROM {} WHERE {} ORDER BY {}",
            names(table.columns()),
            DIALECT.name(table),
            join(keys.columns(), " AND ", |column| format!("{} = ?", column.name)),
            names(table.key.iter().copied()),
        );
        let mut found = Vec::new();
        for key in keys.rows {
            let query = key.into_iter().fold(sqlx::query(AssertSqlSafe(sql.clone())), bind);
            for row in query.fetch_all(&mut *self.0).await.map_err(database)? {
                found.push(cells(&row, 0, table.columns().map(|column| column.kind)).map_err(database)?);
            }
        }
        Ok(found)
    }

    async fn scan(&mut self, scan: &Scan) -> Result<Vec<Vec<Value>>, StoreError> {
        let sql = scan_rows(&DIALECT, scan);
        let rows = bind_scan(sqlx::query(AssertSqlSafe(sql)), scan).fetch_all(&mut *self.0).await.map_err(database)?;
        let kinds = scan.kinds();
        let read = |row: &SqliteRow| cells(row, 0, kinds.iter().copied());
        rows.iter().map(read).collect::<sqlx::Result<_>>().map_err(database)
    }

    async fn put(&mut self, rows: Rows, on: On) -> Result<(), StoreError> {
        let (head, tail) = (insert_head(&DIALECT, rows.table), insert_tail(rows.table, on));
        let row = format!("({})", join(rows.table.columns(), ", ", |_| "?".to_owned()));
        let mut left = rows.rows;
        for portion in PORTIONS {
            if left.len() < portion {
                continue;
            }
            let sql = format!("{head} VALUES {}{tail}", vec![row.as_str(); portion].join(", "));
            while left.len() >= portion {
                let mut query = sqlx::query(AssertSqlSafe(sql.clone()));
                for cell in left.drain(..portion).flatten() {
                    query = bind(query, cell);
                }
                let done = query.execute(&mut *self.0).await;
                done.map_err(if on == On::Race { raced } else { database })?;
            }
        }
        Ok(())
    }

    async fn sweep(&mut self, keys: Rows) -> Result<(), StoreError> {
        let nothing_left = format!(" AND {} = 0", keys.table.rest[0].name);
        self.delete_keys(keys, &nothing_left).await
    }

    async fn remove(&mut self, keys: Rows) -> Result<(), StoreError> {
        self.delete_keys(keys, "").await
    }

    async fn delete(&mut self, find: Find<'_>) -> Result<(), StoreError> {
        let sql = format!(
            "DELETE FROM {} WHERE {} IN (SELECT unhex(value) FROM json_each($1))",
            DIALECT.name(find.table),
            find.column,
        );
        sqlx::query(AssertSqlSafe(sql)).bind(list(find.ids)).execute(&mut *self.0).await.map_err(database)?;
        Ok(())
    }

    fn announces(&self) -> bool {
        self.1.is_some()
    }

    async fn announce(&mut self, news: Vec<News>) -> Result<(), StoreError> {
        match &self.1 {
            Some(announcer) => announcer.tell(&mut self.0, news).await,
            None => Ok(()),
        }
    }

    /// SQLite says so when it cannot commit, which `PostgreSQL` does not.
    async fn commit(self) -> Result<(), StoreError> {
        self.0.commit().await.map_err(database)
    }
}

impl Statements {
    async fn delete_keys(&mut self, keys: Rows, and: &str) -> Result<(), StoreError> {
        let sql = format!(
            "DELETE FROM {} WHERE {}{and}",
            DIALECT.name(keys.table),
            join(keys.columns(), " AND ", |column| format!("{} = ?", column.name)),
        );
        for row in keys.rows {
            let query = row.into_iter().fold(sqlx::query(AssertSqlSafe(sql.clone())), bind);
            query.execute(&mut *self.0).await.map_err(database)?;
        }
        Ok(())
    }
}

fn bind(query: Query<'_, Sqlite, SqliteArguments>, value: Value) -> Query<'_, Sqlite, SqliteArguments> {
    match value {
        Value::Null => query.bind(None::<i64>),
        Value::Int(int) => query.bind(int),
        Value::Text(text) => query.bind(text),
        Value::Id(id) => query.bind(id),
    }
}

/// Ids as a JSON array.
fn list(ids: &[Uuid]) -> String {
    let mut list = String::with_capacity(2 + 35 * ids.len());
    list.push('[');
    for (at, id) in ids.iter().enumerate() {
        // Writing to a String does not fail.
        let _ = write!(list, "{}\"{}\"", if at == 0 { "" } else { "," }, id.as_simple());
    }
    list.push(']');
    list
}
