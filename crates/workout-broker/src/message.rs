//! What can be said in AMQP.

use workout_events::amqp::Message;

use crate::error::{BrokerError, Kind};

/// The longest name and the longest id that AMQP can say.
pub(crate) const MAX_NAME_BYTES: usize = 255;

/// What a broker says of a message on its way: how often it came back, where and of what it died, its place in a stream.
const OF_THE_WAY: [&str; 4] = ["x-delivery-count", "x-acquired-count", "x-death", "x-stream-offset"];
const OF_THE_WAY_BEGIN: [&str; 2] = ["x-first-death-", "x-last-death-"];

/// What no broker could be told is refused before one is asked.
pub(crate) fn check(message: &Message) -> Result<(), BrokerError> {
    let Message { exchange, routing_key, properties, headers, .. } = message;
    let names = [&**exchange, &**routing_key, &*properties.content_type, &*properties.message_id, &*properties.kind];
    let headers = headers.iter().map(|(name, _)| &**name);
    if names.into_iter().chain(headers).all(|name| name.len() <= MAX_NAME_BYTES) {
        return Ok(());
    }
    Err(Kind::Message("a name or an id in it has more than 255 bytes").into())
}

/// As it is published again: for a broker it is another message, and begins anew.
pub(crate) fn published_again(mut message: Message) -> Message {
    let is_of_the_way =
        |name: &str| OF_THE_WAY.contains(&name) || OF_THE_WAY_BEGIN.iter().any(|begin| name.starts_with(begin));
    message.headers.retain(|(name, _)| !is_of_the_way(name));
    message
}
