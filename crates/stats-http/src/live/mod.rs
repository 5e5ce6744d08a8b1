//! What happens to a person's statistics, told as it happens.
//!
//! ```text
//! hub: somebody has changed ──> stream: look ──> state: what there is ──> news: what is different ──> frame: as it is sent
//! ```
//!
//! What is true stands in the store, and nowhere else. A hint only says that it is worth looking, so that one that is lost
//! costs time and no news: a stream looks from time to time by itself. It tells the difference between what it has seen and
//! what there is, and the id of each event is a [`Mark`](mark::Mark) of what the client has seen with it. So any process can go on
//! where another one has ended.

mod mark;
mod state;

mod frame;
mod news;

mod hints;
mod hub;
mod topic;
mod writer;

mod door;
mod figures;
mod look;
mod stream;

mod open;
mod resume;

pub(crate) use door::Door;
pub use hub::Live;
pub(crate) use news::News;
pub(crate) use open::{Listener, operations};
