//! Cells as the databases give them.

use sqlx::{ColumnIndex, Database, Decode, Row, Type};
use uuid::Uuid;

use super::layout::Kind;
use super::rows::Value;

/// Reads the columns of a row from this one on.
pub(crate) fn cells<'r, R>(row: &'r R, from: usize, kinds: impl Iterator<Item = Kind>) -> sqlx::Result<Vec<Value>>
where
    R: Row,
    usize: ColumnIndex<R>,
    Option<Uuid>: Decode<'r, R::Database> + Type<R::Database>,
    Option<i64>: Decode<'r, R::Database> + Type<R::Database>,
    Option<String>: Decode<'r, R::Database> + Type<R::Database>,
    R::Database: Database,
{
    let cell = |(at, kind)| {
        Ok(match kind {
            Kind::Id => row.try_get::<Option<Uuid>, _>(at)?.into(),
            Kind::Int => row.try_get::<Option<i64>, _>(at)?.into(),
            Kind::Text => row.try_get::<Option<String>, _>(at)?.into(),
        })
    };
    (from..).zip(kinds).map(cell).collect()
}
