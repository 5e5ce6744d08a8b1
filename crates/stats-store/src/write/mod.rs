//! How facts change a store: the one algorithm of all stores.
//!
//! ```text
//! lock the people ──> what is in the ledger? ──> plan: what counts now? ──> put ledger, workouts, sums, people ──> commit
//! ```

mod apply;
mod erase;
mod head;
mod plan;
mod rebuild;
mod recorded;
mod settle;
mod strip;
mod wish;

pub(crate) use apply::apply;
pub(crate) use head::Head;
pub(crate) use rebuild::rebuild;
pub(crate) use recorded::{counted, those_there};
pub(crate) use settle::settle;
pub(crate) use strip::{is_stripped, strip};
