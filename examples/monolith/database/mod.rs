//! The tables of the monolith, in a schema of their own, and the outbox beside them.
//!
//! What is about a person is written under the lock of that person, and told in the same transaction. Each transaction runs
//! in a task of its own, so that whoever stops waiting leaves no connection halfway.

mod error;
mod open;
mod person;

pub(crate) use error::DatabaseError;
pub(crate) use open::{Database, apart};
pub(crate) use person::is_there;
