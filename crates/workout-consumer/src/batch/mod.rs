//! Events that are handled together.

mod batches;
mod commit;
mod work;

pub use batches::{BatchHandler, Batches};
pub use commit::{Batch, Committed};
pub(crate) use work::{BatchWork, Committing, Items};
