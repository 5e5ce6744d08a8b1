//! The tables of the monolith, in a schema of their own, and the outbox beside them.
//!
//! What is about a person is written under the lock of that person, and told in the same transaction. Each transaction runs
//! in a task of its own, so that whoever stops waiting leaves no connection halfway.

mod open;
mod person;

pub(crate) use open::Database;
pub(crate) use person::is_there;
pub(crate) use workout_examples::database::{DatabaseError, apart};
