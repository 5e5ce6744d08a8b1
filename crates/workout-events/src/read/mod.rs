//! From bytes to events, in the order in which a message goes through: the strict scan, the typed reader, and the
//! diagnosis of what was refused.

mod registry;

pub mod plain;

pub(crate) mod scan;

mod decode;

pub(crate) mod diagnose;
pub(crate) mod sample;

pub use decode::{DecodeError, Decoder, MAX_MESSAGE_BYTES, Older, type_of};
pub use registry::{Accepted, Registry, TypeInfo};
