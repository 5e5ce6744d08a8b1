//! Workouts as a file, in forms for people, for programs and for other apps.
//!
//! A file is made while it is sent, a page of workouts at a time, so that its length costs no memory. All of it is of one moment:
//! where something of the person is written meanwhile it is cut off, as it is where the client does not read or may see it no
//! longer. Only a file that is whole ends as one.

mod format;
mod table;

mod encoder;

mod pages;
mod sender;

mod download;
mod operation;

pub(crate) use download::{Download, Order};
pub(crate) use format::Format;
pub(crate) use operation::operations;
pub(crate) use sender::Taker;
