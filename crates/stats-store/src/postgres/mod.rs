//! `PostgreSQL`.

mod address;
mod connect;
mod examine;
mod partition;
mod people;
mod read;
mod standby;
mod write;

pub(crate) use connect::Postgres;
pub(crate) use examine::examine;
pub(crate) use partition::partition;

use crate::table::Dialect;

/// In a schema of their own.
const DIALECT: Dialect = Dialect {
    prefix: "workout_stats.",
    id: "uuid",
    int: "bigint",
    text: "text",
    bytewise: " COLLATE \"C\"",
    options: " WITH (fillfactor = 80)",
};
