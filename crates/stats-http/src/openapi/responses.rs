//! What an operation answers.

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use crate::live::News;
use crate::operation::{Access, Operation, Output};
use crate::problem::{Code, ProblemBody};

/// The answer, and every problem that there may be, by its status.
pub(super) fn of(operation: &Operation, schemas: &mut SchemaGenerator) -> Value {
    let mut responses = Map::new();
    let is_stream = matches!(operation.output, Output::Events);
    let (status, answer) = match operation.output {
        Output::Json(schema) => (
            "200",
            json!({ "description": "The answer.", "content": content("application/json", &schema(schemas).to_value()) }),
        ),
        Output::Text(media_type) => (
            "200",
            json!({ "description": "The answer.", "content": content(media_type, &json!({ "type": "string" })) }),
        ),
        Output::File(schema, texts) => {
            let mut content = content("application/json", &schema(schemas).to_value());
            for text in texts {
                content[*text] = json!({ "schema": { "type": "string" } });
            }
            ("200", json!({ "description": "The file.", "content": content }))
        }
        Output::Events => ("200", events(schemas)),
    };
    responses.insert(status.to_owned(), answer);
    if operation.access == Access::Viewer && !is_stream {
        responses.insert("304".to_owned(), json!({ "description": "The client has the answer already." }));
    }
    let schema = schemas.subschema_for::<ProblemBody<'_>>().to_value();
    let mut problems = BTreeMap::<u16, Vec<Code>>::new();
    for code in everywhere(operation).iter().chain(operation.problems) {
        problems.entry(code.status().as_u16()).or_default().push(*code);
    }
    for (status, codes) in problems {
        let lines: Vec<_> = codes.iter().map(|code| format!("- `{}`: {}", code.as_str(), code.title())).collect();
        let content = content("application/problem+json", &schema);
        responses.insert(status.to_string(), json!({ "description": lines.join("\n"), "content": content }));
    }
    responses.into()
}

/// In `OpenAPI` 3.1 the schema of a stream is that of each of its events.
fn events(schemas: &mut SchemaGenerator) -> Value {
    let data = schemas.subschema_for::<News>().to_value();
    let schema = json!({
        "type": "object",
        "properties": {
            "event": { "enum": News::NAMES },
            "id": { "type": "string", "description": "For `Last-Event-ID`; `end` has none." },
            "data": { "type": "string", "contentMediaType": "application/json", "contentSchema": data },
        },
        "required": ["event", "data"],
    });
    json!({ "description": "Events, as they happen.", "content": content("text/event-stream", &schema) })
}

fn content(media_type: &str, schema: &Value) -> Value {
    json!({ media_type: { "schema": schema } })
}

/// What may go wrong with every operation of this kind.
fn everywhere(operation: &Operation) -> Vec<Code> {
    let mut codes = vec![Code::TokenInQuery, Code::RateLimited, Code::Internal];
    if operation.access == Access::Open {
        return codes;
    }
    codes.extend([
        Code::InvalidUserId,
        Code::InvalidParameter,
        Code::MissingParameter,
        Code::RepeatedParameter,
        Code::UnknownParameter,
        Code::Unauthenticated,
        Code::InvalidToken,
        Code::ExpiredToken,
        Code::Forbidden,
        Code::NotLocal,
        Code::ForeignOrigin,
        Code::NotFound,
        Code::NotSupported,
        Code::StoreUnavailable,
        Code::StatisticsOutdated,
        Code::TimedOut,
    ]);
    if operation.access == Access::Viewer && !matches!(operation.output, Output::Events) {
        codes.push(Code::Stale);
    }
    if operation.access == Access::Owner {
        codes.extend([Code::InvalidIdempotencyKey, Code::IdempotencyKeyInUse, Code::IdempotencyKeyReused]);
    }
    if operation.body.is_some() {
        codes.extend([
            Code::InvalidBody,
            Code::BodyTooSlow,
            Code::BodyTooLarge,
            Code::UnsupportedMediaType,
            Code::BrokenContract,
        ]);
    }
    codes
}
