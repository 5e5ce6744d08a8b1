//! What travels with a message that is tried again, and with one that is dead.
//!
//! Both are published by this crate, to the default exchange and under the name of a queue. What they have behind them is
//! in headers of ours; the body, the properties and the headers of others stay as they are. Anybody can write such
//! headers, so they are believed only on a message that came by the default exchange, which no event does, and within
//! bounds.
//!
//! A dead letter that the broker moved itself, because nobody ever settled it, has none of them about its death.

mod reason;

mod names;

mod text;

mod history;

mod death;

mod headers;

mod read;

mod write;

pub(crate) use death::Death;
pub(crate) use history::History;
pub use history::Past;
pub(crate) use read::Letter;
pub use reason::{Reason, UnknownReason};
pub(crate) use text::error_chain;

#[cfg(test)]
mod tests;
