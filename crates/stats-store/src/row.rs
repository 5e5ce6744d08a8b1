//! The head of a workout as a row of a table.

use uuid::Uuid;
use workout_events::UserId;

use crate::error::{Kind, StoreError};
use crate::head::{Counted, Head};

/// The columns that both databases have.
pub(crate) struct HeadRow {
    pub(crate) revision: i32,
    pub(crate) deleted: bool,
    pub(crate) user_id: Option<Uuid>,
    pub(crate) duration_s: Option<i64>,
    pub(crate) energy_kcal: Option<i64>,
}

/// The contract ends at 2^31 - 1, so nothing is cut off here.
pub(crate) fn revision(revision: u32) -> i32 {
    i32::try_from(revision).unwrap_or(i32::MAX)
}

impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for HeadRow
where
    usize: sqlx::ColumnIndex<R>,
    i32: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    bool: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    Option<Uuid>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    Option<i64>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    fn from_row(row: &'r R) -> sqlx::Result<Self> {
        Ok(Self {
            revision: row.try_get(0)?,
            deleted: row.try_get(1)?,
            user_id: row.try_get(2)?,
            duration_s: row.try_get(3)?,
            energy_kcal: row.try_get(4)?,
        })
    }
}

impl From<&Head> for HeadRow {
    fn from(head: &Head) -> Self {
        Self {
            revision: revision(head.revision),
            deleted: head.deleted,
            user_id: head.counted.map(|counted| counted.user_id.into()),
            duration_s: head.counted.map(|counted| counted.duration_s),
            energy_kcal: head.counted.and_then(|counted| counted.energy_kcal),
        }
    }
}

impl TryFrom<HeadRow> for Head {
    type Error = StoreError;

    fn try_from(row: HeadRow) -> Result<Self, StoreError> {
        let counted = match (row.user_id, row.duration_s) {
            (Some(user_id), Some(duration_s)) => {
                let user_id = UserId::new(user_id).map_err(|_| Kind::Corrupt("user_id"))?;
                Some(Counted { user_id, duration_s, energy_kcal: row.energy_kcal })
            }
            _ => None,
        };
        let revision = u32::try_from(row.revision).map_err(|_| Kind::Corrupt("revision"))?;
        Ok(Self { revision, deleted: row.deleted, counted })
    }
}
