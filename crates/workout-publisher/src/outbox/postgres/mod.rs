//! `PostgreSQL`.

mod listen;
mod migrate;
mod storage;

pub(crate) use listen::Listener;
