//! What keeps one client from harming the others, or itself.

mod etag;
mod idempotency;
mod rate;
mod recent;

pub(crate) use etag::{Tag, fnv};
pub(crate) use idempotency::{IdempotencyKey, Replay, Replays};
pub use rate::RateLimit;
pub(crate) use rate::{Client, Limiter};
