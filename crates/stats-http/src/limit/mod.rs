//! What keeps one client from harming the others, or itself.

mod etag;

pub(crate) use etag::{Tag, fnv};
