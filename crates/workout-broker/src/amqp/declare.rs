//! Exchanges and queues.
//!
//! Each call has a channel of its own: a refused declaration closes the channel that made it.

use lapin::options::{ExchangeBindOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind};

use crate::amqp::broker::{Amqp, GOODBYE, answer};
use crate::error::BrokerError;
use crate::topology::{self, DELIVERY_LIMIT, EXCHANGE_BINDING, EXCHANGES, Queue};

impl Amqp {
    pub(crate) async fn declare_exchanges(&self) -> Result<(), BrokerError> {
        let channel = self.consuming_channel().await?;
        let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        for (name, kind) in EXCHANGES {
            let kind = match kind {
                topology::ExchangeKind::Fanout => ExchangeKind::Fanout,
                topology::ExchangeKind::Topic => ExchangeKind::Topic,
            };
            answer(channel.exchange_declare(name.into(), kind, options, FieldTable::default())).await?;
        }
        let (source, destination, pattern) = EXCHANGE_BINDING;
        let options = ExchangeBindOptions::default();
        let bound =
            channel.exchange_bind(destination.into(), source.into(), pattern.into(), options, FieldTable::default());
        answer(bound).await?;
        close(&channel).await
    }

    pub(crate) async fn declare(&self, queue: &Queue) -> Result<(), BrokerError> {
        let channel = self.consuming_channel().await?;
        let dead = queue.dead_letter_name();
        // First, so that there is never a queue whose dead letters go nowhere.
        declare_queue(&channel, &dead, FieldTable::default()).await?;
        declare_queue(&channel, queue.name(), dead_lettering(&dead)).await?;
        for binding in queue.bindings() {
            let bound = channel.queue_bind(
                queue.name().into(),
                binding.exchange.as_str().into(),
                binding.pattern.as_str().into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            );
            answer(bound).await?;
        }
        close(&channel).await
    }
}

async fn declare_queue(channel: &Channel, name: &str, mut arguments: FieldTable) -> Result<(), BrokerError> {
    arguments.insert("x-queue-type".into(), text("quorum"));
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    answer(channel.queue_declare(name.into(), options, arguments)).await?;
    Ok(())
}

/// Moving to the dead-letter queue is confirmed within the broker (`at-least-once`), which RabbitMQ does only for queues
/// that refuse rather than drop when they are full.
fn dead_lettering(dead: &str) -> FieldTable {
    let mut arguments = FieldTable::default();
    for (name, value) in [
        ("x-delivery-limit", AMQPValue::LongUInt(DELIVERY_LIMIT)),
        ("x-dead-letter-exchange", text("")),
        ("x-dead-letter-routing-key", text(dead)),
        ("x-dead-letter-strategy", text("at-least-once")),
        ("x-overflow", text("reject-publish")),
    ] {
        arguments.insert(name.into(), value);
    }
    arguments
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}

async fn close(channel: &Channel) -> Result<(), BrokerError> {
    let (code, text) = GOODBYE;
    answer(channel.close(code, text.into())).await
}
