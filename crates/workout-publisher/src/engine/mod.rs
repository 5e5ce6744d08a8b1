//! The engine: what stands between callers and the lanes of the broker.
//!
//! Callers put their events into a bounded line; each lane takes as many as are waiting, up to a window, and publishes
//! them together (group commit). A caller who is alone waits for nobody: a free lane takes one event as gladly as many.
//!
//! The line is ours and not the client library's, because an event that waits there can still be withdrawn: when its
//! deadline passes, or its caller goes away, it is not written (trap L7).

mod flights;
mod lanes;
mod ticket;

pub(crate) use flights::Closed;
pub(crate) use lanes::{Engine, Way};
pub(crate) use ticket::Ticket;
