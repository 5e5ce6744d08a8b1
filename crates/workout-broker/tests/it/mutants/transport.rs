//! A broker that publishes, declares and ends wrongly.

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use workout_broker::Settled;
use workout_broker::topology::{Found, Part, QueueSpec};
use workout_broker::transport::{Answer, Transport, TransportDeliveries, TransportLane};
use workout_broker::{Health, LinkHealth, LinkState, Outcome, Prefetch, Start};
use workout_events::TOPIC_EXCHANGE;
use workout_events::amqp::Message;

use super::Bug;
use super::delivery::MutatedDeliveries;

#[derive(Debug)]
pub(super) struct Mutated {
    pub(super) inner: Box<dyn Transport>,
    pub(super) bug: Bug,
}

impl Transport for Mutated {
    fn declare<'a>(&'a self, parts: &'a [Part]) -> Answer<'a, ()> {
        let mutated: Vec<_> = parts.iter().cloned().filter_map(|part| mutated(self.bug, part)).collect();
        Box::pin(async move { self.inner.declare(&mutated).await })
    }

    fn look<'a>(&'a self, parts: &'a [Part]) -> Answer<'a, Vec<Found>> {
        if self.bug == Bug::SeesWhatIsMissing {
            return Box::pin(ready(Ok(vec![Found::Same; parts.len()])));
        }
        self.inner.look(parts)
    }

    fn lane(&self) -> Box<dyn TransportLane> {
        Box::new(MutatedLane { inner: self.inner.lane(), bug: self.bug, ids: BTreeSet::new(), twins: BTreeSet::new() })
    }

    fn consume<'a>(&'a self, queue: &'a str, prefetch: Prefetch) -> Answer<'a, Box<dyn TransportDeliveries>> {
        let prefetch = if self.bug == Bug::IgnoresThePrefetch { Prefetch::new(65_535).unwrap() } else { prefetch };
        Box::pin(async move {
            let deliveries = MutatedDeliveries::new(self.inner.consume(queue, prefetch).await?, self.bug);
            Ok(Box::new(deliveries) as Box<dyn TransportDeliveries>)
        })
    }

    fn consume_from<'a>(
        &'a self,
        stream: &'a str,
        start: Start,
        prefetch: Prefetch,
    ) -> Answer<'a, Box<dyn TransportDeliveries>> {
        let start = if self.bug == Bug::BeginsAtTheBeginning { Start::First } else { start };
        Box::pin(async move {
            let inner = self.inner.consume_from(stream, start, prefetch).await?;
            Ok(Box::new(MutatedDeliveries::new(inner, self.bug)) as Box<dyn TransportDeliveries>)
        })
    }

    fn end_of<'a>(&'a self, stream: &'a str) -> Answer<'a, Option<u64>> {
        Box::pin(async move {
            let end = self.inner.end_of(stream).await?;
            Ok(end.filter(|_| self.bug != Bug::SeesNoEnd))
        })
    }

    fn depth<'a>(&'a self, queue: &'a str) -> Answer<'a, u64> {
        Box::pin(async move {
            let depth = self.inner.depth(queue).await?;
            Ok(if self.bug == Bug::CountsNothing { 0 } else { depth })
        })
    }

    fn health(&self) -> Health {
        let up = LinkHealth::new(LinkState::Up, 1);
        if self.bug == Bug::IsAlwaysWell { Health::new(up, up) } else { self.inner.health() }
    }

    fn well(&self) -> Answer<'_, ()> {
        self.inner.well()
    }

    fn close(&self) -> Answer<'_, ()> {
        if self.bug == Bug::StaysOpen { Box::pin(ready(Ok(()))) } else { self.inner.close() }
    }
}

fn mutated(bug: Bug, mut part: Part) -> Option<Part> {
    if let Part::Binding { binding, .. } = &mut part {
        match bug {
            Bug::TakesAnyNumberOfWordsForOne => binding.pattern = binding.pattern.replace('#', "*"),
            Bug::CutsLongNames => binding.pattern = binding.pattern.chars().take(254).collect(),
            Bug::ForgetsBindings => return None,
            _ => {}
        }
    }
    if let Part::Queue(QueueSpec { delay: Some(delay), .. }) = &mut part {
        match bug {
            Bug::ForgetsDelays => *delay = Duration::from_hours(1),
            Bug::DelaysNothing => *delay = Duration::from_millis(1),
            _ => {}
        }
    }
    Some(part)
}

#[derive(Debug)]
struct MutatedLane {
    inner: Box<dyn TransportLane>,
    bug: Bug,
    ids: BTreeSet<String>,
    /// The tokens of messages whose id another had before.
    twins: BTreeSet<u64>,
}

/// What is published once too often has this token.
const AGAIN: u64 = u64::MAX;

impl MutatedLane {
    fn mutate(&self, settled: &mut Vec<Settled>) {
        settled.retain(|settled| settled.token != AGAIN);
        match self.bug {
            // As a client does that gives what came back to whichever confirm completes next.
            Bug::GivesOutcomesToNeighbours => {
                let tokens: Vec<_> = settled.iter().map(|settled| settled.token).collect();
                settled.rotate_left(tokens.len().min(1));
                settled.iter_mut().zip(tokens).for_each(|(settled, token)| settled.token = token);
            }
            Bug::SettlesTwice => {
                let again = settled.iter().map(|settled| Settled::new(settled.token, Ok(Outcome::Unknown)));
                settled.extend(again.collect::<Vec<_>>());
            }
            _ => {}
        }
        for Settled { token, outcome, .. } in settled {
            let confirmed = match self.bug {
                Bug::ConfirmsTheUnroutable => matches!(outcome, Ok(Outcome::Returned)),
                Bug::ReturnsOneTwinOnly => self.twins.contains(token),
                Bug::ConfirmsWhatNoExchangeTook => outcome.is_err(),
                _ => false,
            };
            if confirmed {
                *outcome = Ok(Outcome::Confirmed);
            }
        }
    }
}

impl TransportLane for MutatedLane {
    fn is_open(&self) -> bool {
        self.inner.is_open()
    }

    fn open(&mut self) -> Answer<'_, ()> {
        self.inner.open()
    }

    fn send(&mut self, token: u64, mut message: Arc<Message>) {
        if self.bug == Bug::KnowsNoDefaultExchange && message.exchange.is_empty() {
            Arc::make_mut(&mut message).exchange = TOPIC_EXCHANGE.into();
        }
        if !self.ids.insert(message.properties.message_id.clone()) {
            self.twins.insert(token);
        }
        if self.bug == Bug::PublishesTwice {
            self.inner.send(AGAIN, Arc::clone(&message));
        }
        self.inner.send(token, message);
    }

    fn poll_settled(&mut self, context: &mut Context<'_>, settled: &mut Vec<Settled>) -> Poll<()> {
        let mut news = Vec::new();
        let poll = self.inner.poll_settled(context, &mut news);
        self.mutate(&mut news);
        settled.append(&mut news);
        poll
    }

    fn abandon(&mut self, settled: &mut Vec<Settled>) {
        let mut news = Vec::new();
        self.inner.abandon(&mut news);
        if self.bug == Bug::ForgetsWhatIsAbandoned {
            news.clear();
        }
        self.mutate(&mut news);
        settled.append(&mut news);
    }

    fn under_way(&self) -> usize {
        self.inner.under_way()
    }

    fn oldest(&self) -> Option<u64> {
        self.inner.oldest()
    }
}
