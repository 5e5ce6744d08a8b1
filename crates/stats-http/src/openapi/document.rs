//! The document as a whole.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{parameters, responses};
use crate::operation::{Access, Operation};

/// What this API is, as an `OpenAPI` 3.1 document.
pub(crate) fn document(operations: &[Operation]) -> Value {
    let mut schemas = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
        .into_generator();
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = describe(operation, &mut schemas);
    }
    let schemas = schemas.take_definitions(true);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Workout statistics",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" } },
        },
    });
    lead_to_components(&mut document);
    document
}

/// The schemas of the contract refer to one another as they do in a file of their own.
fn lead_to_components(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get_mut("$ref") {
                *reference = reference.replace("#/$defs/", "#/components/schemas/");
            }
            fields.values_mut().for_each(lead_to_components);
        }
        Value::Array(items) => items.iter_mut().for_each(lead_to_components),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

const DESCRIPTION: &str = "Durations are seconds, distances metres, energy kilocalories, loads grams. What nobody has \
    reported is null, which is not 0. Days are local: a workout belongs to the date on which it began in its own zone. \
    Errors are application/problem+json (RFC 9457) with a stable code.";

fn describe(operation: &Operation, schemas: &mut SchemaGenerator) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag()],
        "parameters": parameters::of(operation, schemas),
        "responses": responses::of(operation, schemas),
    });
    if let Some(body) = operation.body {
        described["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": body(schemas) } },
        });
    }
    if operation.access != Access::Open {
        described["security"] = json!([{ "bearer": [] }]);
    }
    described
}
