//! What the broker itself tells, where there is no management API: whether things are there, how many messages wait, and
//! the first difference of each queue from what its service would declare.

mod difference;
mod look;

pub(super) use look::look;
