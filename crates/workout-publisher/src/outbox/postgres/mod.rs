//! `PostgreSQL`.

mod listen;
mod storage;

pub(crate) use listen::Listener;
