//! A consumer at work.
//!
//! `source` gives what comes out of the queue, `crew` hands it to the handlers and joins what they made of it, `single` and
//! `batches` are what is done with a message or with several. What all of them share is in `shared`: where messages that
//! failed go (`post`), and whether what the handlers need is there (`gate`).

mod batches;
mod crew;
mod figures;
mod gate;
mod guard;
mod post;
mod report;
mod shared;
mod single;
mod source;
mod subjects;

pub(crate) use batches::Together;
pub(crate) use crew::{Crew, End, Work};
pub use report::Report;
pub(crate) use shared::Shared;
pub(crate) use single::OneByOne;
pub(crate) use source::{Source, declare};
