//! What keeps one client from harming the others, or itself.

mod etag;
mod idempotency;
mod places;
mod rate;
mod recent;

pub(crate) use etag::{Tag, fnv};
pub(crate) use idempotency::{IdempotencyKey, Replay, Replays};
pub(crate) use places::{AGAIN_S, Full, Place, Places};
pub use rate::RateLimit;
pub(crate) use rate::{Client, Limiter};
