//! The last workout of each person: the one that ended last, and not the one that was told last.
//!
//! Workouts come twice, late, in another order, corrected, moved to another person and deleted. So not the last workout is
//! kept, but of each workout its highest revision; which of them is the last follows from an index. Whatever comes in which
//! order, the same events lead to the same answer.

mod hear;
mod heard;

mod http;

pub(crate) use hear::consumer;
pub(crate) use http::routes;
