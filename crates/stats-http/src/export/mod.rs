//! Workouts as a file, in forms for people, for programs and for other apps.
//!
//! A file is made while it is sent, a page of workouts at a time, so that its length costs no memory. What comes or goes
//! meanwhile is in it or not, and no workout is in it twice.

mod format;
mod table;

mod encoder;

mod download;
mod operation;

pub(crate) use download::{Download, Order};
pub(crate) use format::Format;
pub(crate) use operation::operations;
