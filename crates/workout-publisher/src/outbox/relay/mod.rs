//! From the outbox to the broker.
//!
//! A relay has a few lanes, each of which leases a window of rows, publishes it, and notes what became of it: while one waits
//! for its confirms, the others publish or ask the database. They take turns to lease, so that none takes an event of which
//! an earlier one of the same subject is still under way in another.

mod builder;
mod report;

mod floor;
mod shared;
mod turn;

mod lane;
mod upkeep;

mod run;

pub use builder::Relay;
pub use report::Report;
