//! What can be said in AMQP.

use workout_events::amqp::Message;

use crate::error::{BrokerError, Kind};

/// The longest name and the longest id that AMQP can say.
pub(crate) const MAX_NAME_BYTES: usize = 255;

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
