//! What keeps one client from harming the others, or itself.

mod etag;
mod rate;

pub(crate) use etag::{Tag, fnv};
pub use rate::RateLimit;
pub(crate) use rate::{Client, Limiter};
