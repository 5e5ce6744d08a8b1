//! What there is to tell others, and how it is told if and only if the write is committed.

#[cfg(feature = "announce")]
mod outbox;
#[cfg(feature = "announce")]
mod relay;
#[cfg(not(feature = "announce"))]
mod silent;
mod told;

#[cfg(feature = "announce")]
pub(crate) use outbox::{Announcer, Mailbox};
#[cfg(feature = "announce")]
pub use relay::Announced;
#[cfg(not(feature = "announce"))]
pub(crate) use silent::{Announcer, Mailbox};
pub(crate) use told::News;
