//! Whether the service can do its work, and what it says about itself to those who run it.

mod part;
mod routes;

pub(crate) use part::{Figures, Part};
pub(crate) use routes::{ALIVE, METRICS, operations};
