//! Routing: from an exchange to the queues.

use std::collections::BTreeSet;
use std::sync::Arc;

use workout_events::amqp::Message;

use crate::error::{BrokerError, Kind};
use crate::health::{Health, LinkHealth, LinkState};
use crate::in_process::queues::Queues;
use crate::in_process::subscription::Subscription;
use crate::in_process::topic;
use crate::outcome::Outcome;
use crate::prefetch::Prefetch;
use crate::topology::{EXCHANGE_BINDING, EXCHANGES, ExchangeKind, Queue};

/// The broker. Its only state are the queues, because exchanges and what binds them are constants.
#[derive(Debug)]
pub(crate) struct InProcess {
    queues: Arc<Queues>,
    health: Health,
}

impl InProcess {
    pub(crate) fn new() -> Self {
        let link = LinkHealth::new(LinkState::Up, 1);
        Self { queues: Arc::default(), health: Health { publishing: link, consuming: link } }
    }

    pub(crate) fn health(&self) -> Health {
        self.health
    }

    pub(crate) fn declare(&self, queue: &Queue) -> Result<(), BrokerError> {
        for binding in queue.bindings() {
            kind(&binding.exchange)?;
        }
        self.queues.lock().declare(queue);
        Ok(())
    }

    /// All queues that want the message get it, or none does.
    pub(crate) fn publish(&self, message: Message) -> Result<Outcome, BrokerError> {
        kind(&message.exchange)?;
        let mut queues = self.queues.lock();
        let exchanges = reached(&message.exchange, &message.routing_key);
        let wanted = queues.wanting(|binding| {
            exchanges.contains(binding.exchange.as_str())
                && matches(&binding.exchange, &binding.pattern, &message.routing_key)
        });
        if wanted.is_empty() {
            return Ok(Outcome::Returned);
        }
        if wanted.iter().any(|queue| queues.is_full(queue)) {
            return Ok(Outcome::Nacked);
        }
        let message = Arc::new(message);
        for queue in &wanted {
            queues.push(queue, Arc::clone(&message));
        }
        Ok(Outcome::Confirmed)
    }

    /// As a channel does it: an exchange that does not exist ends the window, with the fate of the rest unknown.
    pub(crate) fn window(&self, messages: &[Message]) -> Result<Vec<Outcome>, BrokerError> {
        let mut outcomes = Vec::with_capacity(messages.len());
        for message in messages {
            match self.publish(message.clone()) {
                Ok(outcome) => outcomes.push(outcome),
                Err(error) if messages.len() == 1 => return Err(error),
                Err(_) => break,
            }
        }
        outcomes.resize(messages.len(), Outcome::Unknown);
        Ok(outcomes)
    }

    pub(crate) fn consume(&self, queue: &str, prefetch: Prefetch) -> Result<Subscription, BrokerError> {
        let arrival = self.queues.lock().arrival(queue).ok_or(Kind::NotFound)?;
        Ok(Subscription::new(Arc::clone(&self.queues), queue.to_owned(), arrival, prefetch))
    }
}

fn kind(exchange: &str) -> Result<ExchangeKind, BrokerError> {
    let found = EXCHANGES.iter().find(|(name, _)| *name == exchange);
    found.map(|(_, kind)| *kind).ok_or_else(|| Kind::NotFound.into())
}

/// The exchange itself and those that it passes the message on to.
fn reached<'e>(exchange: &'e str, routing_key: &str) -> BTreeSet<&'e str> {
    let (source, destination, pattern) = EXCHANGE_BINDING;
    let passed_on = exchange == source && matches(source, pattern, routing_key);
    [exchange].into_iter().chain(passed_on.then_some(destination)).collect()
}

fn matches(exchange: &str, pattern: &str, routing_key: &str) -> bool {
    match kind(exchange) {
        Ok(ExchangeKind::Fanout) => true,
        Ok(ExchangeKind::Topic) => topic::matches(pattern, routing_key),
        Err(_) => false,
    }
}
