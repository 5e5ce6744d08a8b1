//! Reading.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;
#[cfg(feature = "announce")]
use workout_publisher::Broker;

use super::DIALECT;
use super::connect::Postgres;
use super::write::Statements;
use crate::definition::definition;
use crate::error::{StoreError, database};
use crate::projection::first_day;
use crate::query::Board;
use crate::store::Database;
use crate::table::{Filter, PEOPLE, Scan, Seen, Table, Value, cells, names, ranking_sql, scan_sql};
#[cfg(feature = "announce")]
use crate::{error::Kind, news::Announced, store::Shutdown};

impl Database for Postgres {
    const NAME: &'static str = "PostgreSQL";

    /// A process of the server works on each, and waits for the disk alone.
    const WRITERS: usize = 2;

    type Transaction = Statements;

    async fn begin(&self) -> Result<Statements, StoreError> {
        Ok(Statements(self.pool.begin().await.map_err(database)?, self.announcer.clone()))
    }

    async fn scan(&self, scan: &Scan) -> Result<Seen, StoreError> {
        let kinds = scan.kinds();
        let query = bind_scan(sqlx::query(AssertSqlSafe(scan_sql(&DIALECT, scan))), scan);
        let split = |row: &PgRow| {
            let moment = [row.try_get(0)?, row.try_get(1)?, row.try_get(2)?];
            Ok((moment, cells(row, 3, kinds.iter().copied())?))
        };
        let rows = query.fetch_all(&self.pool).await.map_err(database)?;
        Ok(Seen::from_rows(rows.iter().map(split).collect::<sqlx::Result<_>>().map_err(database)?))
    }

    async fn person(&self, user: Uuid) -> Result<Option<Vec<Value>>, StoreError> {
        self.people.ask(user).await
    }

    async fn page(&self, table: &'static Table, after: Uuid, limit: i64) -> Result<Vec<Vec<Value>>, StoreError> {
        let sql = format!(
            "SELECT {} FROM {} WHERE {key} > $1 ORDER BY {key} LIMIT $2",
            names(table.columns()),
            DIALECT.name(table),
            key = names(table.key.iter().copied()),
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(limit).fetch_all(&self.pool).await;
        let read = |row: &PgRow| cells(row, 0, table.columns().map(|column| column.kind));
        rows.map_err(database)?.iter().map(read).collect::<sqlx::Result<_>>().map_err(database)
    }

    async fn people(&self, table: &'static Table, after: Uuid, limit: i64) -> Result<Vec<Uuid>, StoreError> {
        let sql = format!(
            "SELECT DISTINCT {key} FROM {} WHERE {key} > $1 ORDER BY {key} LIMIT $2",
            DIALECT.name(table),
            key = table.key[0].name,
        );
        let found = sqlx::query_scalar(AssertSqlSafe(sql)).bind(after).bind(limit).fetch_all(&self.pool).await;
        found.map_err(database)
    }

    async fn ranking(&self, board: &Board) -> Result<Vec<(Vec<Value>, i64)>, StoreError> {
        let mut query = sqlx::query(AssertSqlSafe(ranking_sql(&DIALECT, board)))
            .bind(definition())
            .bind(board.span.number())
            .bind(first_day(board.span, board.day));
        if let Some(activity) = board.activity {
            query = query.bind(activity.as_str());
        }
        let split = |row: &PgRow| {
            let person = cells(row, 0, PEOPLE.columns().map(|column| column.kind))?;
            Ok((person, row.try_get("ranked_value")?))
        };
        let rows = query.fetch_all(&self.pool).await.map_err(database)?;
        rows.iter().map(split).collect::<sqlx::Result<_>>().map_err(database)
    }

    async fn count(&self, table: &'static Table) -> Result<i64, StoreError> {
        let sql = format!("SELECT count(*) FROM {}", DIALECT.name(table));
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool).await.map_err(database)
    }

    #[cfg(feature = "announce")]
    async fn relay(&self, broker: &Broker, shutdown: Shutdown<'_>) -> Result<Announced, StoreError> {
        match &self.announcer {
            Some(announcer) => announcer.relay(broker, shutdown).await,
            None => Err(Kind::Silent.into()),
        }
    }

    async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map_err(database)?;
        Ok(())
    }

    fn heed(&self, error: &StoreError) {
        if error.is_read_only() {
            self.refused.now();
        }
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

/// The values of a scan, in the order of its statement.
pub(super) fn bind_scan<'q>(
    query: Query<'q, sqlx::Postgres, PgArguments>,
    scan: &'q Scan,
) -> Query<'q, sqlx::Postgres, PgArguments> {
    let mut query = query.bind(scan.user);
    for filter in &scan.filters {
        query = match filter {
            Filter::Equal(_, Value::Text(text)) => query.bind(text),
            Filter::Equal(_, Value::Id(id)) => query.bind(id),
            Filter::Equal(_, Value::Int(int)) => query.bind(int),
            Filter::Equal(_, Value::Null) => query.bind(None::<i64>),
            Filter::Between(_, from, to) => query.bind(from).bind(to),
            Filter::Below(_, (first, second)) => query.bind(first).bind(second),
        };
    }
    query
}
