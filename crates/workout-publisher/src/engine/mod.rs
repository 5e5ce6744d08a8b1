//! The engine: what stands between callers and the lanes of the broker.
//!
//! Callers put their events into a bounded line; each lane takes as many as are waiting, as long as it has no more than a
//! window under way, and sends them together (group commit). A caller who is alone waits for nobody: a lane takes one
//! event as gladly as many, and tells what became of each as soon as that is certain.
//!
//! The line is ours and not the client library's, because an event that waits there can still be withdrawn: when its
//! deadline passes, or its caller goes away, it is not written (trap L7).

mod figures;
mod flights;
mod lanes;
mod slots;
mod ticket;

pub(crate) use flights::NotBoarded;
pub(crate) use lanes::Engine;
pub(crate) use ticket::Ticket;
