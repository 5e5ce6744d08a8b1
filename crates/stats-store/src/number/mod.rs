//! What each number means. Stores move numbers about; only this folder makes them.

mod counted;
mod day;
mod month;
mod strength;
mod tally;
mod totals;

pub(crate) use counted::Counted;
pub use day::Day;
pub(crate) use day::clock;
pub(crate) use month::Month;
pub(crate) use strength::Effort;
pub use strength::e1rm_g;
pub use tally::Tally;
pub use totals::Totals;
