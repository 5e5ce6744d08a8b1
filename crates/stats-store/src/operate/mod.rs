//! What an operator does with a store.

mod erase;
mod quarantine;
mod rebuild;
mod retain;
mod settle;
mod verify;
mod watch;

pub use quarantine::Quarantined;
pub use rebuild::Progress;
pub use retain::{Retained, Retention};
pub(crate) use verify::verify;
pub use verify::{Drift, Sample, Verified};
