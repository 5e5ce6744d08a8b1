//! The contract for other languages: JSON Schemas, the AsyncAPI document, the golden corpus, and the gate that keeps
//! them compatible.
//!
//! ```
//! use workout_events::{Registry, schema};
//!
//! let files = schema::export(&Registry::workout());
//! assert!(files.contains_key("workout.performed.v1.schema.json"));
//! assert!(files.contains_key("asyncapi.json"));
//! ```

mod asyncapi;
mod beyond;
pub mod compat;
mod export;
pub mod golden;
mod json_schema;
#[cfg(feature = "schemars")]
mod schemars;
#[cfg(feature = "jsonschema")]
mod validator;

pub use asyncapi::asyncapi;
pub use beyond::{BEYOND_JSON_SCHEMA, beyond_json_schema};
pub use export::{export, file_name};
pub use json_schema::{data_schema, message_schema};
#[cfg(feature = "jsonschema")]
pub use validator::{SchemaError, SchemaValidator};
