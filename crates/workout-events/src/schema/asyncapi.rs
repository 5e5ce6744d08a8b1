//! The AsyncAPI document: exchanges as channels, who may send and receive what, and how it looks on AMQP.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::contract::TOPIC_EXCHANGE;
use crate::contract::shape::Shape;
use crate::event::amqp::CONTENT_TYPE;
use crate::read::sample;
use crate::read::{Registry, TypeInfo};
use crate::schema::beyond::description;
use crate::schema::json_schema::{Definitions, merge};

/// The AsyncAPI 3 document of the types of a registry.
///
/// Its schemas are those of the JSON Schema files, moved to `components`. AsyncAPI's own dialect has no `$anchor`, so
/// the files remain what `dataschema` names.
#[must_use]
pub fn asyncapi(registry: &Registry) -> Value {
    let mut definitions = Definitions { at: "#/components/schemas/", schemas: Map::new() };
    let mut messages = Map::new();
    let mut exchanges: BTreeMap<&str, Vec<&TypeInfo>> = BTreeMap::new();
    for info in registry.types() {
        messages.insert(info.event_type.to_owned(), message(info, &mut definitions));
        exchanges.entry(info.exchange).or_default().push(info);
    }
    // The topic carries everything: what has an exchange of its own arrives by a binding between the exchanges.
    exchanges.insert(TOPIC_EXCHANGE, registry.types().collect());

    let mut operations = Map::new();
    for (exchange, types) in &exchanges {
        operations.insert(format!("receive-{exchange}"), receive(exchange, types));
        let own: Vec<_> = types.iter().filter(|info| info.exchange == *exchange).copied().collect();
        operations.insert(format!("send-{exchange}"), send(exchange, &own));
    }
    let channels: Map<_, _> =
        exchanges.iter().map(|(exchange, types)| ((*exchange).to_owned(), channel(exchange, types))).collect();
    json!({
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Workout events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What happens in workout products, as CloudEvents 1.0 over AMQP 0-9-1. One event a message, in structured JSON.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": definitions.schemas },
    })
}

/// The newest minor that the public parser accepts.
const ASYNCAPI: &str = "3.1.0";

fn channel(exchange: &str, types: &[&TypeInfo]) -> Value {
    let is_topic = exchange == TOPIC_EXCHANGE;
    let description = if is_topic {
        "Carries every event. A queue binds the types it wants; `#` is all of them. Other exchanges are bound to this one."
    } else {
        "Carries one type of event. Anyone may bind a queue as it is."
    };
    let messages: Map<_, _> = types
        .iter()
        .map(|info| {
            (info.event_type.to_owned(), json!({ "$ref": format!("#/components/messages/{}", info.event_type) }))
        })
        .collect();
    json!({
        "address": exchange,
        "description": description,
        "messages": messages,
        "bindings": { "amqp": {
            "is": "routingKey",
            "exchange": {
                "name": exchange,
                "type": if is_topic { "topic" } else { "fanout" },
                "durable": true,
                "autoDelete": false,
            },
        } },
    })
}

fn send(exchange: &str, types: &[&TypeInfo]) -> Value {
    operation(
        "send",
        exchange,
        types,
        "Publish with confirms, persistent and mandatory; the routing key is the type.",
        &json!({ "deliveryMode": 2, "mandatory": true }),
    )
}

fn receive(exchange: &str, types: &[&TypeInfo]) -> Value {
    operation(
        "receive",
        exchange,
        types,
        "Consume from a durable queue of your own, and acknowledge what is stored.",
        &json!({ "ack": true }),
    )
}

fn operation(action: &str, exchange: &str, types: &[&TypeInfo], summary: &str, amqp: &Value) -> Value {
    let channel = json!({ "$ref": format!("#/channels/{exchange}") });
    let messages: Vec<_> = types
        .iter()
        .map(|info| json!({ "$ref": format!("#/channels/{exchange}/messages/{}", info.event_type) }))
        .collect();
    json!({
        "action": action,
        "channel": channel,
        "summary": summary,
        "messages": messages,
        "bindings": { "amqp": amqp },
    })
}

fn message(info: &TypeInfo, definitions: &mut Definitions) -> Value {
    let mut payload = definitions.object(info.message);
    merge(&mut payload, json!({ "description": description(info) }));
    let mut example = sample::shape(&Shape::Object(info.message));
    merge(&mut example, json!({ "id": "0197a9f6-5d2c-7c55-9f0a-5a1f0e7f1f10", "source": "/coach" }));
    json!({
        "name": info.event_type,
        "title": format!("{}, version {}", info.event_type, info.version),
        "summary": info.meaning(),
        "contentType": CONTENT_TYPE,
        "payload": payload,
        "headers": {
            "type": "object",
            "properties": {
                "cloudEvents:dataversion": { "type": "integer", "const": info.version },
                "traceparent": { "type": "string" },
                "tracestate": { "type": "string" },
            },
        },
        "correlationId": { "location": "$message.payload#/correlationid" },
        "bindings": { "amqp": { "contentEncoding": "utf-8", "messageType": info.event_type } },
        "examples": [{ "name": "smallest", "payload": example }],
    })
}
