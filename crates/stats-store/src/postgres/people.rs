//! People's rows, which every question about somebody begins with: many of them with one statement.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgPool, PgRow, Postgres};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::DIALECT;
use crate::error::database;
use crate::store::{Found, Source};
use crate::table::{PEOPLE, Value, cells, names};

/// Reads the rows of people.
pub(crate) struct People(pub(super) PgPool);

/// A connection that is kept for some reads. The pool asks whether it lives whenever it gives it out and takes it back, which
/// would make three trips to the server of one.
#[derive(Default)]
pub(crate) struct Kept(Option<(PoolConnection<Postgres>, Instant)>);

/// Then it is somebody else's turn, and the pool looks at it again.
const KEPT_FOR: Duration = Duration::from_millis(100);

static STATEMENT: LazyLock<String> = LazyLock::new(|| {
    let (columns, table) = (names(PEOPLE.columns()), DIALECT.name(&PEOPLE));
    format!("SELECT {columns} FROM {table} WHERE user_id = ANY($1)")
});

impl Source for People {
    type Value = Vec<Value>;
    type Session = Kept;

    async fn read(&self, kept: &mut Kept, people: &[Uuid]) -> Found<Vec<Value>> {
        // Whatever ends this early leaves the connection to the pool, which finds out whether it can be used again.
        let (mut connection, since) = match kept.0.take().filter(|(_, since)| since.elapsed() < KEPT_FOR) {
            Some(kept) => kept,
            None => (self.0.acquire().await.map_err(database)?, Instant::now()),
        };
        let rows = sqlx::query(AssertSqlSafe(STATEMENT.as_str())).bind(people).fetch_all(&mut *connection).await;
        let rows = rows.map_err(database)?;
        kept.0 = Some((connection, since));
        let row = |row: &PgRow| {
            let cells = cells(row, 0, PEOPLE.columns().map(|column| column.kind))?;
            Ok((row.try_get("user_id")?, cells))
        };
        rows.iter().map(row).collect::<sqlx::Result<_>>().map_err(database)
    }
}
