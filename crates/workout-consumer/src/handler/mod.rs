//! What a team writes: handlers, what they are told, and what they answer.

mod around;
mod context;
mod failure;
mod handle;
mod verdict;

pub(crate) use around::Layers;
pub use around::{Around, Next};
pub(crate) use context::About;
pub use context::Context;
pub use failure::{Class, Failure};
pub use handle::Handler;
pub(crate) use handle::Ready;
pub use verdict::{IntoVerdict, Verdict};
