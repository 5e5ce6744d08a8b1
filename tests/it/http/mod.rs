//! The HTTP API as strangers use it.

mod crowd;
mod figures;
mod instances;
mod schemathesis;
