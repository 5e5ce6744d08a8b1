//! What the headers of a message say, as far as they are to be believed.

use workout_broker::{Delivery, Queue};
use workout_events::jiff::Timestamp;

use crate::letter::headers::Headers;
use crate::letter::text::{MAX_CODE, MAX_ERROR, MAX_POINTER, on_one_line};
use crate::letter::{Death, History, Reason, names};

/// More attempts than any policy makes.
const MAX_ATTEMPTS: u32 = 1_000_000;

/// What a message has behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Attempts that were made.
    pub(crate) attempts: u32,
    /// When it was first handed to a handler.
    pub(crate) first_time: Option<Timestamp>,
    /// The exchange that it was published to originally.
    pub(crate) exchange: String,
    /// The routing key that it had then. Empty where the broker moved the message and does not tell.
    pub(crate) routing_key: String,
    /// What became of it earlier. Its present death, if it is dead, comes after all of that.
    pub(crate) history: History,
    /// How it died, if it is a dead letter.
    pub(crate) death: Option<Death>,
    /// When it died, which only our own dead letters say.
    pub(crate) died: Option<Timestamp>,
}

impl Letter {
    /// Reads what came out of `queue`, or out of its dead-letter queue.
    pub(crate) fn of(delivery: &Delivery, queue: &str) -> Self {
        if delivery.exchange().is_empty() {
            Self::read(delivery.exchange(), delivery.routing_key(), delivery, queue)
        } else {
            // Straight from its publisher, as nearly every message: whatever it says about attempts is not ours.
            Self::fresh(delivery.exchange(), delivery.routing_key())
        }
    }

    pub(super) fn read(exchange: &str, routing_key: &str, headers: &impl Headers, queue: &str) -> Self {
        let fresh = || Self::fresh(exchange, routing_key);
        let is_dead = routing_key == Queue::new(queue).dead_letter_name();
        if !exchange.is_empty() || (routing_key != queue && !is_dead) {
            return fresh();
        }
        match Origin::of(headers, queue) {
            Origin::Published if is_dead => {
                let (death, died) = our_death(headers, queue);
                Self { death: Some(death), died, ..Self::travelled(headers) }
            }
            Origin::Waited | Origin::Published if !is_dead => Self::travelled(headers),
            Origin::Waited => Self::travelled(headers).killed(headers, queue),
            Origin::Moved if headers.name(names::FIRST_DEATH_EXCHANGE).as_deref() == Some("") => {
                Self::travelled(headers).killed(headers, queue)
            }
            Origin::Moved => {
                // What became of the routing key is only in a table of the broker.
                let exchange = headers.name(names::FIRST_DEATH_EXCHANGE).unwrap_or_default();
                Self::fresh(&exchange, "").killed(headers, queue)
            }
            Origin::Published | Origin::Elsewhere => fresh(),
        }
    }

    fn fresh(exchange: &str, routing_key: &str) -> Self {
        Self {
            attempts: 0,
            first_time: None,
            exchange: exchange.to_owned(),
            routing_key: routing_key.to_owned(),
            history: History::default(),
            death: None,
            died: None,
        }
    }

    fn travelled(headers: &impl Headers) -> Self {
        let exchange = headers.name(names::EXCHANGE).unwrap_or_default();
        Self {
            attempts: headers.count(names::ATTEMPTS, MAX_ATTEMPTS),
            first_time: headers.time(names::FIRST_TIME),
            history: headers.text(names::HISTORY).map(|text| History::decode(&text)).unwrap_or_default(),
            ..Self::fresh(&exchange, &headers.name(names::ROUTING_KEY).unwrap_or_default())
        }
    }

    /// The broker moved it to the dead letters.
    fn killed(self, headers: &impl Headers, queue: &str) -> Self {
        let said =
            |death_queue, reason| (headers.text(death_queue)? == queue).then(|| headers.text(reason)?.parse().ok())?;
        let reason = said(names::LAST_DEATH_QUEUE, names::LAST_DEATH_REASON)
            .or_else(|| said(names::FIRST_DEATH_QUEUE, names::FIRST_DEATH_REASON))
            // Before 3.13 only the first death is told, which was a wait. This is how our queues kill.
            .unwrap_or(Reason::DeliveryLimit);
        let death = Death::of(reason, self.attempts);
        Self { death: Some(death), ..self }
    }
}

/// Who put a message under this name into the default exchange.
enum Origin {
    /// Someone who may publish there: we.
    Published,
    /// The broker, after it had waited in a delay queue of ours.
    Waited,
    /// The broker, which took it from the queue itself.
    Moved,
    /// The broker, which took it from a queue that is not ours. Its headers are those of its publisher.
    Elsewhere,
}

impl Origin {
    fn of(headers: &impl Headers, queue: &str) -> Self {
        match headers.text(names::FIRST_DEATH_QUEUE).as_deref() {
            None => Self::Published,
            Some(from) if from == queue => Self::Moved,
            Some(from) if from.strip_prefix(queue).is_some_and(|rest| rest.starts_with('.')) => Self::Waited,
            Some(_) => Self::Elsewhere,
        }
    }
}

/// What we said when we published it to the dead letters.
fn our_death(headers: &impl Headers, queue: &str) -> (Death, Option<Timestamp>) {
    let attempts = headers.count(names::ATTEMPTS, MAX_ATTEMPTS);
    if headers.text(names::DEAD_QUEUE).as_deref() != Some(queue) {
        return (Death::of(Reason::Unknown, attempts), None);
    }
    let text = |name, limit| headers.text(name).map(|text| on_one_line(&text, limit));
    let death = Death {
        reason: headers.text(names::DEAD_REASON).and_then(|name| name.parse().ok()).unwrap_or(Reason::Unknown),
        attempts,
        error: text(names::DEAD_ERROR, MAX_ERROR),
        code: text(names::DEAD_CODE, MAX_CODE),
        pointer: text(names::DEAD_POINTER, MAX_POINTER),
    };
    (death, headers.time(names::DEAD_TIME))
}
