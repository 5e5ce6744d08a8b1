//! A store over a database, whichever it is.

mod builder;
mod database;
mod gather;
mod open;
mod read;
mod work;

pub(crate) use builder::{Schema, Settings, SqlitePlace};
pub use builder::{StatsStoreBuilder, Steps};
pub(crate) use database::Database;
pub(crate) use gather::{Found, Gather, Source};
#[cfg(feature = "announce")]
pub(crate) use open::Shutdown;
pub use open::StatsStore;
pub(crate) use read::{about, day_sums, effort};
pub(crate) use work::{Done, Job};
