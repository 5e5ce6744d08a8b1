//! From the contract's properties and headers to those of the client, and back.

use std::borrow::Cow;

use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use workout_events::amqp::{HeaderValue, Message, Properties};

use crate::delivery::Death;

/// Where RabbitMQ says how often a message has come back to its quorum queue.
const RETURNS: &str = "x-delivery-count";

/// Where it says in which queues it has died.
const DEATHS: &str = "x-death";

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

/// All of it that the contract can say.
pub(super) fn message(delivery: &Delivery) -> Message {
    let from = &delivery.properties;
    let said = |text: &Option<ShortString>| text.as_ref().map(ShortString::to_string);
    let mut properties =
        Properties::new(said(from.kind()).unwrap_or_default(), said(from.message_id()).unwrap_or_default());
    properties.content_type = said(from.content_type()).unwrap_or_default().into();
    properties.delivery_mode = from.delivery_mode().unwrap_or_default();
    properties.timestamp = from.timestamp().unwrap_or_default();
    properties.app_id = said(from.app_id()).unwrap_or_default();
    properties.correlation_id = said(from.correlation_id());
    let (exchange, routing_key) = (delivery.exchange.to_string(), delivery.routing_key.to_string());
    let mut message = Message::new(exchange, routing_key, properties, delivery.data.clone());
    let headers = from.headers().iter().flatten();
    message.headers = headers.filter_map(|(name, said)| Some((Cow::Owned(name.to_string()), value(said)?))).collect();
    message
}

/// How often the message has come back to its queue.
pub(super) fn returns(properties: &BasicProperties) -> u32 {
    match header(properties, RETURNS) {
        Some(HeaderValue::Integer(count)) => u32::try_from(count).unwrap_or_default(),
        _ => 0,
    }
}

pub(super) fn header(properties: &BasicProperties, name: &str) -> Option<HeaderValue> {
    value(properties.headers().as_ref()?.inner().get(name)?)
}

/// RabbitMQ lists the queues in which a message has died, the last one first. Text, tables and lists from elsewhere are
/// not believed to be of a certain form.
pub(super) fn death(properties: &BasicProperties) -> Option<Death> {
    let AMQPValue::FieldArray(deaths) = properties.headers().as_ref()?.inner().get(DEATHS)? else { return None };
    let AMQPValue::FieldTable(last) = deaths.as_slice().first()? else { return None };
    let text = |name: &str| match value(last.inner().get(name)?)? {
        HeaderValue::Text(text) => Some(text),
        _ => None,
    };
    Some(Death::new(text("queue")?, text("reason")?))
}

/// `None` for what the contract cannot say: tables, floats, bytes that are no text.
fn value(said: &AMQPValue) -> Option<HeaderValue> {
    let integer = match said {
        AMQPValue::ShortShortInt(integer) => i64::from(*integer),
        AMQPValue::ShortShortUInt(integer) => i64::from(*integer),
        AMQPValue::ShortInt(integer) => i64::from(*integer),
        AMQPValue::ShortUInt(integer) => i64::from(*integer),
        AMQPValue::LongInt(integer) => i64::from(*integer),
        AMQPValue::LongUInt(integer) => i64::from(*integer),
        AMQPValue::LongLongInt(integer) => *integer,
        AMQPValue::ShortString(text) => return Some(HeaderValue::Text(text.to_string())),
        AMQPValue::LongString(text) => {
            return Some(HeaderValue::Text(str::from_utf8(text.as_bytes()).ok()?.to_owned()));
        }
        _ => return None,
    };
    Some(HeaderValue::Integer(integer))
}
