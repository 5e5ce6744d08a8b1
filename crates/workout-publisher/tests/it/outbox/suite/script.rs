//! A sink that does what a test wants, and remembers what it was given.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use workout_events::amqp::Message;
use workout_events::{Event, EventId, WorkoutDeleted};
use workout_publisher::Outcome;
use workout_publisher::outbox::Sink;

/// What becomes of a message that was published so often before.
type Rule = dyn Fn(&Message, usize) -> Outcome + Send + Sync;

/// Whether the link breaks under a window, the n-th one.
type Breaks = dyn Fn(&[Arc<Message>], usize) -> bool + Send + Sync;

#[derive(Clone)]
pub(crate) struct Script {
    rule: Arc<Rule>,
    breaks: Arc<Breaks>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    windows: usize,
    times: HashMap<String, usize>,
    published: Vec<(Arc<Message>, Outcome)>,
}

impl Script {
    pub(crate) fn new(rule: impl Fn(&Message, usize) -> Outcome + Send + Sync + 'static) -> Self {
        Self { rule: Arc::new(rule), breaks: Arc::new(|_, _| false), seen: Arc::default() }
    }

    pub(crate) fn confirming() -> Self {
        Self::new(|_, _| Outcome::Confirmed)
    }

    /// Nothing is known of the first windows.
    pub(crate) fn away_for(windows: usize) -> Self {
        Self { breaks: Arc::new(move |_, n| n < windows), ..Self::confirming() }
    }

    /// Nothing is known of a window with this event in it.
    pub(crate) fn broken_by(id: EventId) -> Self {
        let id = id.to_string();
        let breaks = move |window: &[Arc<Message>], _| window.iter().any(|message| message.properties.message_id == id);
        Self { breaks: Arc::new(breaks), ..Self::confirming() }
    }

    pub(crate) fn published(&self) -> Vec<Message> {
        self.seen.lock().unwrap().published.iter().map(|(message, _)| Message::clone(message)).collect()
    }

    /// In the order in which they came.
    pub(crate) fn arrived(&self) -> Vec<EventId> {
        self.confirmed().iter().map(Event::id).collect()
    }

    pub(crate) fn confirmed_ids(&self) -> Vec<EventId> {
        let mut ids = self.arrived();
        ids.sort_unstable();
        ids
    }

    /// In the order in which they were confirmed.
    pub(crate) fn confirmed_of(&self, subject: &str) -> Vec<EventId> {
        self.confirmed().iter().filter(|event| event.subject() == subject).map(Event::id).collect()
    }

    fn confirmed(&self) -> Vec<Event<WorkoutDeleted>> {
        let seen = self.seen.lock().unwrap();
        let confirmed = seen.published.iter().filter(|(_, outcome)| outcome.is_confirmed());
        confirmed.map(|(message, _)| Event::decode(&message.body).unwrap()).collect()
    }
}

impl Sink for Script {
    async fn publish(&mut self, window: &[Arc<Message>]) -> Vec<Outcome> {
        let mut seen = self.seen.lock().unwrap();
        seen.windows += 1;
        if (self.breaks)(window, seen.windows - 1) {
            return Vec::new();
        }
        let outcomes = window.iter().cloned().map(|message| {
            let times = seen.times.entry(message.properties.message_id.clone()).or_default();
            let outcome = (self.rule)(&message, *times);
            *times += 1;
            seen.published.push((message, outcome));
            outcome
        });
        outcomes.collect()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}
