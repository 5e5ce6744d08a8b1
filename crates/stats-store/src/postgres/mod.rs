//! `PostgreSQL`.

mod connect;
mod examine;
mod read;
mod write;

pub(crate) use connect::Postgres;
pub(crate) use examine::examine;
