//! People: what they wish, and how far their statistics have come.

mod as_of;
mod row;
mod wishes;

pub use as_of::AsOf;
pub(crate) use row::{People, Person};
pub use wishes::Preferences;
pub(crate) use wishes::Wishes;
