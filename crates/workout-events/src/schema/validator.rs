//! The schemas, compiled by the `jsonschema` crate.

use serde_json::Value;

use crate::read::TypeInfo;
use crate::schema::message_schema;

/// The compiled JSON Schema of one type.
///
/// It judges what JSON Schema can express; the decoder judges the rest as well, faster. Use it to check that a
/// foreign program which knows only the schema would accept a message.
#[derive(Debug)]
pub struct SchemaValidator {
    validator: jsonschema::Validator,
}

/// The schema could not be compiled.
#[derive(Debug, thiserror::Error)]
#[error("the schema of {event_type} cannot be compiled: {reason}")]
pub struct SchemaError {
    event_type: &'static str,
    reason: String,
}

impl SchemaValidator {
    /// Compiles the schema of this type.
    ///
    /// # Errors
    /// When the schema cannot be compiled; never for the first-party types.
    pub fn new(info: &TypeInfo) -> Result<Self, SchemaError> {
        let validator = jsonschema::draft202012::new(&message_schema(info))
            .map_err(|error| SchemaError { event_type: info.event_type, reason: error.to_string() })?;
        Ok(Self { validator })
    }

    /// Whether the schema accepts the message.
    #[must_use]
    pub fn accepts(&self, message: &Value) -> bool {
        self.validator.is_valid(message)
    }
}
