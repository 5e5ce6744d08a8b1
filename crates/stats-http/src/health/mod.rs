//! Whether the service can do its work, and what it says about itself to those who run it.

mod routes;

pub(crate) use routes::operations;
