//! Publishing one message at a time, with its exact outcome.
//!
//! lapin hands a returned message to whichever confirmation completes next. With one message on a channel that can only
//! be its own; the ids are compared all the same. A channel on which anything unusual has happened, or whose caller has
//! gone away halfway, is not used again: an answer that is still due on it could be taken for that of the next message.

use std::time::Duration;

use lapin::message::BasicReturnMessage;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{BasicProperties, Channel, Confirmation};
use tokio::time::timeout;
use tracing::warn;
use workout_events::amqp::{HeaderValue, Message};

use crate::amqp::link::{Amqp, answer};
use crate::error::{BrokerError, of_client};
use crate::outcome::Outcome;

/// How long a message may be under way. A broker that is short of memory or disk answers no publisher for that long.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(30);

impl Amqp {
    pub(crate) async fn publish(&self, message: &Message) -> Result<Outcome, BrokerError> {
        let mut idle = self.idle.lock().await;
        let channel = match idle.take() {
            Some(channel) if channel.status().connected() => channel,
            _ => self.confirming_channel().await?,
        };
        let outcome = if let Ok(outcome) = timeout(CONFIRM_TIMEOUT, publish_on(&channel, message)).await {
            outcome?
        } else {
            warn!(message_id = message.properties.message_id, "the broker has not confirmed a message in time");
            Outcome::Unknown
        };
        if outcome != Outcome::Unknown {
            *idle = Some(channel);
        }
        Ok(outcome)
    }

    async fn confirming_channel(&self) -> Result<Channel, BrokerError> {
        let channel = self.publishing_channel().await?;
        answer(channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(channel)
    }
}

async fn publish_on(channel: &Channel, message: &Message) -> Result<Outcome, BrokerError> {
    let id = message.properties.message_id.as_str();
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let published = async {
        let (exchange, routing_key) = (message.exchange.into(), message.routing_key.into());
        channel.basic_publish(exchange, routing_key, options, &message.body, properties(message)).await?.await
    };
    match published.await {
        Ok(confirmation) => Ok(outcome(confirmation, id)),
        Err(error) => {
            let error = of_client(error);
            if error.is_not_found() {
                // The only message on this channel named the exchange that does not exist.
                return Err(error);
            }
            warn!(message_id = id, error = &error as &dyn std::error::Error, "a message has an unknown fate");
            Ok(Outcome::Unknown)
        }
    }
}

/// `Confirmed` is said only of what was acknowledged and did not come back.
fn outcome(confirmation: Confirmation, id: &str) -> Outcome {
    match confirmation {
        Confirmation::Ack(None) => Outcome::Confirmed,
        Confirmation::Ack(Some(returned)) if id_of(&returned) == Some(id) => Outcome::Returned,
        Confirmation::Nack(_) => Outcome::Nacked,
        // Someone else's message came back, or the channel is not in confirm mode. Neither happens with one message at a
        // time on channels of our own, and neither tells what became of ours.
        Confirmation::Ack(Some(_)) | Confirmation::NotRequested => Outcome::Unknown,
    }
}

fn id_of(returned: &BasicReturnMessage) -> Option<&str> {
    returned.properties.message_id().as_ref().map(ShortString::as_str)
}

fn properties(message: &Message) -> BasicProperties {
    let from = &message.properties;
    let mut properties = BasicProperties::default()
        .with_content_type(from.content_type.into())
        .with_delivery_mode(from.delivery_mode)
        .with_message_id(from.message_id.as_str().into())
        .with_type(from.kind.into())
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
        headers.insert((*name).into(), value);
    }
    headers
}

#[cfg(test)]
mod tests {
    use lapin::message::Delivery;

    use super::*;

    fn returned(id: &str) -> BasicReturnMessage {
        let mut delivery = Delivery::mock(0, "".into(), "".into(), false, Vec::new());
        delivery.properties = BasicProperties::default().with_message_id(id.into());
        BasicReturnMessage { delivery, reply_code: 312, reply_text: "NO_ROUTE".into() }
    }

    #[test]
    fn confirmed_is_never_said_of_what_came_back_or_was_refused() {
        #[track_caller]
        fn check(confirmation: Confirmation, want: Outcome) {
            assert_eq!(outcome(confirmation, "ours"), want);
        }
        check(Confirmation::Ack(None), Outcome::Confirmed);
        check(Confirmation::Ack(Some(returned("ours"))), Outcome::Returned);
        check(Confirmation::Ack(Some(returned("theirs"))), Outcome::Unknown);
        check(Confirmation::Nack(None), Outcome::Nacked);
        check(Confirmation::Nack(Some(returned("ours"))), Outcome::Nacked);
        check(Confirmation::NotRequested, Outcome::Unknown);
    }
}
