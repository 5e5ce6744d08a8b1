//! The tables of the coach, in a schema of their own, and the outbox beside them.
//!
//! Every change is one transaction that begins with the lock of the person whom it is about, and ends with the events that
//! tell of it. Each runs in a task of its own, so that whoever stops waiting leaves no connection halfway.

mod open;
mod people;

pub(crate) use open::Store;
pub(crate) use people::lock;
pub(crate) use workout_examples::database::{DatabaseError, apart};
