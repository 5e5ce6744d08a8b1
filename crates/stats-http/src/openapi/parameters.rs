//! What an operation takes in path, query and headers.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use crate::operation::{Access, Operation, Output};

/// The fields of the input, where each is found; and what every operation about a person takes.
pub(super) fn of(operation: &Operation, schemas: &mut SchemaGenerator) -> Vec<Value> {
    let mut found = Vec::new();
    let in_path: Vec<_> = operation.path_names().collect();
    if in_path.contains(&"user_id") {
        let schema = schemas.subschema_for::<workout_events::UserId>();
        found.push(parameter("user_id", "path", true, "The person.", &schema.to_value()));
    }
    let input = (operation.input)(schemas).to_value();
    let required: Vec<_> = input["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in input["properties"].as_object().into_iter().flatten() {
        let place = if in_path.contains(&name.as_str()) { "path" } else { "query" };
        let mut schema = field.clone();
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let description = description.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        without_null(&mut schema);
        found.push(parameter(name, place, required.contains(&name.as_str()), &description, &schema));
    }
    if matches!(operation.output, Output::Events) {
        let schema = json!({ "type": "string" });
        let description = "Where the client was: the `id` of the last event that it was told.";
        found.push(parameter("last-event-id", "header", false, description, &schema));
    } else if operation.access == Access::Viewer {
        let schema = json!({ "type": "integer", "format": "int64", "minimum": 0 });
        let description = "Waits a moment until the statistics have reached this position, which writes answer with.";
        found.push(parameter("min_position", "query", false, description, &schema));
        let description = "The tags of answers that the client has.";
        found.push(parameter("if-none-match", "header", false, description, &json!({ "type": "string" })));
    }
    if operation.access == Access::Owner {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" });
        let description = "Whoever sends the same again with the same key gets the first answer.";
        found.push(parameter("idempotency-key", "header", false, description, &schema));
    }
    found
}

fn parameter(name: &str, place: &str, required: bool, description: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": place, "required": required, "description": description, "schema": schema })
}

/// A parameter is there or not; it cannot be null.
fn without_null(schema: &mut Value) {
    let null = json!({ "type": "null" });
    if let Some(one) = schema["anyOf"].as_array().and_then(|any| any.iter().find(|one| **one != null)).cloned() {
        *schema = one;
    } else if let Some(types) = schema["type"].as_array() {
        let one = types.iter().find(|one| **one != "null").cloned();
        schema["type"] = one.unwrap_or_default();
    }
    if schema["default"].is_null()
        && let Some(schema) = schema.as_object_mut()
    {
        schema.remove("default");
        // What looking at absent keys has left behind.
        schema.retain(|_, value| !value.is_null());
    }
}
