//! Records: the bests that stand, and all that stood before them.
//!
//! A record is what was better than everything before it, by the time of the workouts. So the records of an exercise are a
//! [`Progression`](progression::Progression), which follows from the set of workouts that count, in whatever order they
//! came. Of each progression all of it is kept in one table, and its last step in another: nearly every write needs only
//! that, because a workout that is newer than all records either is one or is none.

mod boards;
mod change;
mod mark;
mod progression;
mod rows;

pub(crate) use boards::Boards;
pub(crate) use change::Changes;
pub use mark::RecordOf;
pub(crate) use progression::Step;
pub(crate) use rows::{BESTS, RECORDS, record, standing};

/// Grows when what a record is changes, so that everybody's are made anew.
pub(crate) const VERSION: i64 = 1;
