//! Writing: READ COMMITTED, one statement for all rows of a table.

use std::mem;
use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgRow, PgTransaction};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};
use uuid::Uuid;

use super::DIALECT;
use super::read::bind_scan;
use crate::error::{StoreError, database, raced};
use crate::news::{Announcer, News};
use crate::table::{
    Column, Find, Kind, On, Rows, Scan, Table, Tables, Value, cells, insert_head, insert_tail, join, names, on_key,
    scan_rows,
};

pub(crate) struct Statements(pub(super) PgTransaction<'static>, pub(super) Option<Arc<Announcer<Postgres>>>);

impl Tables for Statements {
    async fn find(&mut self, find: Find<'_>) -> Result<Vec<Vec<Value>>, StoreError> {
        let sql = format!(
            "SELECT {} FROM {} WHERE {} = ANY($1) ORDER BY {}{}",
            names(find.table.columns()),
            DIALECT.name(find.table),
            find.column,
            names(find.table.key.iter().copied()),
            if find.lock { " FOR UPDATE" } else { "" },
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(find.ids).fetch_all(&mut *self.0).await;
        read(&rows.map_err(database)?, find.table)
    }

    async fn find_under(&mut self, keys: Rows) -> Result<Vec<Vec<Value>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let table = keys.table;
        let of_t = |column: Column| format!("t.{}", column.name);
        let sql = format!(
            "SELECT {} FROM {} AS t JOIN {} AS k ({}) ON {} ORDER BY {}",
            join(table.columns(), ", ", of_t),
            DIALECT.name(table),
            unnest(keys.columns()),
            names(keys.columns()),
            on_key(keys.columns()),
            join(table.key.iter().copied(), ", ", of_t),
        );
        let rows = bind(sqlx::query(AssertSqlSafe(sql)), keys.columns(), keys).fetch_all(&mut *self.0).await;
        read(&rows.map_err(database)?, table)
    }

    async fn scan(&mut self, scan: &Scan) -> Result<Vec<Vec<Value>>, StoreError> {
        let sql = scan_rows(&DIALECT, scan);
        let rows = bind_scan(sqlx::query(AssertSqlSafe(sql)), scan).fetch_all(&mut *self.0).await.map_err(database)?;
        let kinds = scan.kinds();
        let read = |row: &PgRow| cells(row, 0, kinds.iter().copied());
        rows.iter().map(read).collect::<sqlx::Result<_>>().map_err(database)
    }

    async fn put(&mut self, rows: Rows, on: On) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let (table, columns) = (rows.table, rows.table.columns());
        let sql = match on {
            // Half of what an upsert costs, which looks for the row again and locks it again.
            On::Replace => format!(
                "UPDATE {} AS t SET {} FROM {} AS n ({}) WHERE {}",
                DIALECT.name(table),
                join(table.rest.iter().copied(), ", ", |column| format!("{name} = n.{name}", name = column.name)),
                unnest(columns),
                names(table.columns()),
                join(table.key.iter().copied(), " AND ", |column| format!("t.{name} = n.{name}", name = column.name)),
            ),
            _ => {
                format!("{} SELECT * FROM {}{}", insert_head(&DIALECT, table), unnest(columns), insert_tail(table, on))
            }
        };
        let done = bind(sqlx::query(AssertSqlSafe(sql)), table.columns(), rows).execute(&mut *self.0).await;
        done.map_err(if on == On::Race { raced } else { database })?;
        Ok(())
    }

    async fn sweep(&mut self, keys: Rows) -> Result<(), StoreError> {
        let nothing_left = format!(" AND t.{} = 0", keys.table.rest[0].name);
        self.delete_keys(keys, &nothing_left).await
    }

    async fn remove(&mut self, keys: Rows) -> Result<(), StoreError> {
        self.delete_keys(keys, "").await
    }

    async fn delete(&mut self, find: Find<'_>) -> Result<(), StoreError> {
        let sql = format!("DELETE FROM {} WHERE {} = ANY($1)", DIALECT.name(find.table), find.column);
        sqlx::query(AssertSqlSafe(sql)).bind(find.ids).execute(&mut *self.0).await.map_err(database)?;
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

    async fn commit(mut self) -> Result<(), StoreError> {
        // COMMIT of an aborted transaction is a ROLLBACK that sqlx reports as success. Any other statement fails in one.
        sqlx::query("SELECT 1").execute(&mut *self.0).await.map_err(database)?;
        self.0.commit().await.map_err(database)
    }
}

impl Statements {
    async fn delete_keys(&mut self, keys: Rows, and: &str) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "DELETE FROM {} AS t USING {} AS k ({}) WHERE {}{and}",
            DIALECT.name(keys.table),
            unnest(keys.columns()),
            names(keys.columns()),
            on_key(keys.columns()),
        );
        let query = bind(sqlx::query(AssertSqlSafe(sql)), keys.columns(), keys);
        query.execute(&mut *self.0).await.map_err(database)?;
        Ok(())
    }
}

/// Whole rows.
fn read(rows: &[PgRow], table: &Table) -> Result<Vec<Vec<Value>>, StoreError> {
    let read = |row: &PgRow| cells(row, 0, table.columns().map(|column| column.kind));
    rows.iter().map(read).collect::<sqlx::Result<_>>().map_err(database)
}

fn unnest(columns: impl Iterator<Item = Column>) -> String {
    let parameters: Vec<_> =
        (1..).zip(columns).map(|(at, column)| format!("${at}::{}[]", DIALECT.kind(column.kind))).collect();
    format!("unnest({})", parameters.join(", "))
}

/// A parameter for each column, with the values of all rows.
fn bind(
    mut query: Query<'_, Postgres, PgArguments>,
    columns: impl Iterator<Item = Column>,
    rows: Rows,
) -> Query<'_, Postgres, PgArguments> {
    let mut rows = rows.rows;
    for (at, column) in columns.enumerate() {
        let cells = rows.iter_mut().map(|row| &mut row[at]);
        query = match column.kind {
            Kind::Id => query.bind(cells.map(id).collect::<Vec<_>>()),
            Kind::Int => query.bind(cells.map(int).collect::<Vec<_>>()),
            Kind::Text => query.bind(cells.map(text).collect::<Vec<_>>()),
        };
    }
    query
}

fn id(value: &mut Value) -> Option<Uuid> {
    if let Value::Id(id) = value { Some(*id) } else { None }
}

fn int(value: &mut Value) -> Option<i64> {
    if let Value::Int(int) = value { Some(*int) } else { None }
}

fn text(value: &mut Value) -> Option<String> {
    if let Value::Text(text) = value { Some(mem::take(text)) } else { None }
}
