//! The values that events of every family are made of.

pub(crate) mod ids;
pub(crate) mod time;
