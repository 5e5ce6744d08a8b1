//! From an exchange to the queues. Exchanges and what binds them are constants.

use std::collections::BTreeSet;

use workout_events::TOPIC_EXCHANGE;

use crate::error::{BrokerError, Kind};
use crate::in_process::topic;
use crate::topology::{Binding, EXCHANGE_BINDING, EXCHANGES, ExchangeKind, LANDING};

/// Every queue hears from this exchange what is published under its name, and nobody can bind to it.
const DEFAULT: &str = "";

/// Which queues a message reaches.
pub(super) struct Route<'m> {
    exchanges: BTreeSet<&'m str>,
    routing_key: &'m str,
}

impl<'m> Route<'m> {
    /// The way of a message that is published to this exchange.
    pub(super) fn of(exchange: &'m str, routing_key: &'m str) -> Result<Self, BrokerError> {
        if exchange != DEFAULT {
            kind(exchange)?;
        }
        let (source, destination, pattern) = EXCHANGE_BINDING;
        let passed_on = exchange == source && matches(source, pattern, routing_key);
        let exchanges = [exchange].into_iter().chain(passed_on.then_some(destination)).collect();
        Ok(Self { exchanges, routing_key })
    }

    /// Where no binding of the topic reaches it, it goes to this exchange as well.
    pub(super) fn or_else<'b>(&mut self, landing: &'m str, mut bindings: impl Iterator<Item = &'b Binding>) {
        let wanted = |binding: &Binding| binding.exchange == TOPIC_EXCHANGE && self.reaches(binding);
        if self.exchanges.contains(TOPIC_EXCHANGE) && !bindings.any(wanted) {
            self.exchanges.insert(landing);
        }
    }

    pub(super) fn leads_to(&self, queue: &str, bindings: &BTreeSet<Binding>) -> bool {
        self.exchanges.contains(DEFAULT) && queue == self.routing_key
            || bindings.iter().any(|binding| self.reaches(binding))
    }

    fn reaches(&self, binding: &Binding) -> bool {
        let Binding { exchange, pattern } = binding;
        self.exchanges.contains(exchange.as_str()) && matches(exchange, pattern, self.routing_key)
    }
}

pub(super) fn kind(exchange: &str) -> Result<ExchangeKind, BrokerError> {
    let landing = (LANDING, ExchangeKind::Fanout);
    let found = EXCHANGES.iter().chain([&landing]).find(|(name, _)| *name == exchange);
    found.map(|(_, kind)| *kind).ok_or_else(|| Kind::NotFound.into())
}

fn matches(exchange: &str, pattern: &str, routing_key: &str) -> bool {
    match kind(exchange) {
        Ok(ExchangeKind::Fanout) => true,
        Ok(ExchangeKind::Topic) => topic::matches(pattern, routing_key),
        Err(_) => false,
    }
}
