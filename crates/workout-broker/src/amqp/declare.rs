//! Exchanges, queues and bindings.
//!
//! A refused declaration closes the channel that made it, so each call here has channels of its own.

use lapin::options::{ExchangeBindOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind, Queue};

use crate::amqp::broker::{Amqp, GOODBYE, answer};
use crate::error::{BrokerError, Kind};
use crate::topology::{Found, Part, QueueSpec};

const NO_QUESTION: &str = "AMQP has no question for it, and applying it again does no harm";
const NO_POLICY: &str = "AMQP has no question for it; an operator sets it with `rabbitmqctl set_policy`";
const NO_PERMISSION: &str = "it is there, and this user may not ask how";

/// In which pieces a stream forgets. RabbitMQ would take five times as much, and keep it for that much longer.
const SEGMENT: i64 = 100_000_000;

impl Amqp {
    pub(crate) async fn declare(&self, parts: &[Part]) -> Result<(), BrokerError> {
        let channel = self.consuming_channel().await?;
        for part in parts {
            make(&channel, part).await.map_err(|error| error.about(part))?;
        }
        close(&channel).await
    }

    /// Asks whether each is there, and then makes what is there once more: the broker does nothing if it is the same, and
    /// names what is different. That is the only way in AMQP to see what something is like.
    pub(crate) async fn look(&self, parts: &[Part]) -> Result<Vec<Found>, BrokerError> {
        let mut channel = self.consuming_channel().await?;
        let mut found = Vec::with_capacity(parts.len());
        for part in parts {
            found.push(match look_at(&channel, part).await {
                Ok(found) => found,
                Err(error) => error.found().ok_or(error)?,
            });
            if !channel.status().connected() {
                channel = self.consuming_channel().await?;
            }
        }
        close(&channel).await?;
        Ok(found)
    }

    /// Asked without declaring it.
    pub(crate) async fn depth(&self, queue: &str) -> Result<u64, BrokerError> {
        let channel = self.consuming_channel().await?;
        let found = passive(&channel, queue).await?;
        close(&channel).await?;
        Ok(found.message_count().into())
    }
}

async fn passive(channel: &Channel, queue: &str) -> Result<Queue, BrokerError> {
    let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    answer(channel.queue_declare(queue.into(), options, FieldTable::default())).await
}

async fn look_at(channel: &Channel, part: &Part) -> Result<Found, BrokerError> {
    match part {
        Part::Exchange { name, .. } => {
            let options = ExchangeDeclareOptions { passive: true, ..ExchangeDeclareOptions::default() };
            let kind = ExchangeKind::default();
            answer(channel.exchange_declare(name.as_str().into(), kind, options, FieldTable::default())).await?;
        }
        Part::Queue(QueueSpec { name, .. }) => drop(passive(channel, name).await?),
        Part::ExchangeBinding { .. } | Part::Binding { .. } => return Ok(Found::Unseen(NO_QUESTION)),
        Part::Alternate { .. } => return Ok(Found::Unseen(NO_POLICY)),
    }
    match make(channel, part).await {
        Err(error) if error.is_forbidden() => Ok(Found::Unseen(NO_PERMISSION)),
        made => made.map(|()| Found::Same),
    }
}

async fn make(channel: &Channel, part: &Part) -> Result<(), BrokerError> {
    let none = FieldTable::default();
    match part {
        Part::Exchange { name, kind } => {
            let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
            let kind = ExchangeKind::Custom(kind.as_str().to_owned());
            answer(channel.exchange_declare(name.as_str().into(), kind, options, none)).await
        }
        Part::ExchangeBinding { source, destination, pattern } => {
            let (destination, source) = (destination.as_str().into(), source.as_str().into());
            let options = ExchangeBindOptions::default();
            answer(channel.exchange_bind(destination, source, pattern.as_str().into(), options, none)).await
        }
        Part::Queue(queue) => {
            let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
            answer(channel.queue_declare(queue.name.as_str().into(), options, arguments(queue))).await.map(drop)
        }
        Part::Binding { queue, binding } => {
            let (exchange, pattern) = (binding.exchange.as_str().into(), binding.pattern.as_str().into());
            let options = QueueBindOptions::default();
            answer(channel.queue_bind(queue.as_str().into(), exchange, pattern, options, none)).await
        }
        // No client can.
        Part::Alternate { .. } => Ok(()),
    }
}

fn arguments(queue: &QueueSpec) -> FieldTable {
    let text = |text: &str| AMQPValue::LongString(text.into());
    let mut arguments = FieldTable::default();
    let mut say = |name: &str, value| {
        arguments.insert(name.into(), value);
    };
    say("x-queue-type", text(queue.kind.as_str()));
    if let Some(limit) = queue.delivery_limit {
        say("x-delivery-limit", AMQPValue::LongUInt(limit));
    }
    if let Some(dead) = &queue.dead_letters {
        say("x-dead-letter-exchange", text(""));
        say("x-dead-letter-routing-key", text(dead));
        // Confirmed within the broker, which RabbitMQ does only for queues that refuse rather than drop when they are full.
        say("x-dead-letter-strategy", text("at-least-once"));
        say("x-overflow", text("reject-publish"));
    }
    if let Some(delay) = queue.delay {
        say("x-message-ttl", AMQPValue::LongLongInt(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX)));
    }
    if let Some(newest) = queue.keeps_newest {
        say("x-max-length", AMQPValue::LongUInt(newest));
        say("x-overflow", text("drop-head"));
    }
    if let Some(age) = queue.keeps_for {
        say("x-max-age", text(&format!("{}s", age.as_secs())));
        say("x-stream-max-segment-size-bytes", AMQPValue::LongLongInt(SEGMENT));
    }
    if let Some(bytes) = queue.keeps_bytes {
        say("x-max-length-bytes", AMQPValue::LongLongInt(i64::try_from(bytes).unwrap_or(i64::MAX)));
    }
    if let Some(expires) = queue.expires {
        say("x-expires", AMQPValue::LongUInt(u32::try_from(expires.as_millis()).unwrap_or(u32::MAX)));
    }
    arguments
}

async fn close(channel: &Channel) -> Result<(), BrokerError> {
    let (code, text) = GOODBYE;
    answer(channel.close(code, text.into())).await
}

impl BrokerError {
    /// What a refusal says of the part that was asked for.
    fn found(&self) -> Option<Found> {
        match self.kind() {
            Kind::NotFound => Some(Found::Missing),
            Kind::Differs(reason) => Some(Found::Differs(reason.clone())),
            _ => None,
        }
    }
}
