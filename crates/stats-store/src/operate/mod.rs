//! What an operator does with a store.

mod erase;
mod quarantine;
mod rebuild;
mod settle;
mod verify;

pub use quarantine::Quarantined;
pub use rebuild::Progress;
pub(crate) use verify::verify;
pub use verify::{Drift, Sample, Verified};
