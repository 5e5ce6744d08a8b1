//! The `OpenAPI` document and a page for people, both made of the list of operations.

mod document;
mod parameters;
mod responses;

mod page;
mod routes;

pub(crate) use document::document;
pub(crate) use routes::{Documents, operations};
