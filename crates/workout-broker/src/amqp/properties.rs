//! From the contract's properties and headers to those of the client.

use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use workout_events::amqp::{HeaderValue, Message};

pub(super) fn properties(message: &Message) -> BasicProperties {
    let from = &message.properties;
    let mut properties = BasicProperties::default()
        .with_content_type((&*from.content_type).into())
        .with_delivery_mode(from.delivery_mode)
        .with_message_id(from.message_id.as_str().into())
        .with_type((&*from.kind).into())
        .with_timestamp(from.timestamp)
        .with_headers(headers(message));
    if let Ok(app_id) = ShortString::try_new(from.app_id.as_str()) {
        properties = properties.with_app_id(app_id);
    }
    // The contract allows 255 characters, AMQP 255 bytes. The body has it in any case.
    let correlation_id = from.correlation_id.as_deref().map(ShortString::try_new);
    if let Some(Ok(correlation_id)) = correlation_id {
        properties = properties.with_correlation_id(correlation_id);
    }
    properties
}

fn headers(message: &Message) -> FieldTable {
    let mut headers = FieldTable::default();
    for (name, value) in &message.headers {
        let value = match value {
            HeaderValue::Text(text) => AMQPValue::LongString(text.as_str().into()),
            HeaderValue::Integer(integer) => AMQPValue::LongLongInt(*integer),
            // A kind of value that a later version of the contract adds: a header is a copy of what the body says.
            _ => continue,
        };
        headers.insert((&**name).into(), value);
    }
    headers
}
