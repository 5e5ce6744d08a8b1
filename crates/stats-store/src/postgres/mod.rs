//! `PostgreSQL`.

mod connect;
mod migrate;
mod read;
mod write;

pub(crate) use connect::Postgres;
