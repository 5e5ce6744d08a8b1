//! The HTTP API as strangers use it.

mod crowd;
mod figures;
mod fresh;
mod instances;
mod schemathesis;
