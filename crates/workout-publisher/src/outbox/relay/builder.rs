//! How a relay is told what to do.

use std::time::Duration;

use workout_broker::{Broker, Lane};

use crate::outbox::backend::Backend;
use crate::outbox::backoff::Backoff;
use crate::outbox::handle::Outbox;
use crate::outbox::sink::Sink;
use crate::outbox::window::Rules;

/// How many windows are under way at once: enough that the broker always has one.
const LANES: usize = 3;

/// Publishes what is in an [`Outbox`]. Several at once share the work, in one process or in many.
#[derive(Debug)]
#[must_use = "a relay does nothing until it runs"]
pub struct Relay<DB: Backend, S> {
    pub(super) outbox: Outbox<DB>,
    pub(super) sinks: Vec<S>,
    pub(super) settings: Settings,
}

/// What it was told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) window: u32,
    pub(super) lease: Duration,
    pub(super) poll: Backoff,
    pub(super) rules: Rules,
    pub(super) retention: Duration,
    pub(super) upkeep: Duration,
}

impl<DB: Backend> Relay<DB, Lane> {
    /// Publishes what is in this outbox to this broker, on three lanes.
    pub fn new(outbox: Outbox<DB>, broker: &Broker) -> Self {
        (1..LANES).fold(Self::through(outbox, broker.lane()), |relay, _| relay.beside(broker.lane()))
    }
}

impl<DB: Backend, S: Sink> Relay<DB, S> {
    /// Publishes what is in this outbox through a sink of your own, one window after the other.
    pub fn through(outbox: Outbox<DB>, sink: S) -> Self {
        let settings = Settings {
            window: 500,
            lease: Duration::from_mins(1),
            poll: Backoff { first: Duration::from_millis(5), longest: Duration::from_secs(1) },
            rules: Rules {
                backoff: Backoff { first: Duration::from_millis(200), longest: Duration::from_mins(5) },
                park_after: 20,
            },
            retention: Duration::from_hours(24),
            upkeep: Duration::from_secs(10),
        };
        Self { outbox, sinks: vec![sink], settings }
    }

    /// Publishes through this sink as well: one more window is under way at once. Events of one subject keep their order.
    pub fn beside(mut self, sink: S) -> Self {
        self.sinks.push(sink);
        self
    }

    /// How many events are leased and published together: 500, unless said otherwise; at least one.
    pub fn window(mut self, events: u32) -> Self {
        self.settings.window = events.max(1);
        self
    }

    /// How long nobody else has the events of a window: one minute, unless said otherwise.
    ///
    /// Longer than a window takes, or events are published twice; as short as that permits, because the events of a
    /// relay that died wait for so long.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self
    }

    /// The longest pause between two looks at an outbox in which nothing happens: one second, unless said otherwise.
    pub fn poll(mut self, longest: Duration) -> Self {
        self.settings.poll.longest = longest;
        self
    }

    /// How long an event waits after its first attempt in vain, and at most: 200 ms, doubling, up to five minutes,
    /// unless said otherwise. While the broker is away as a whole, events and relay wait likewise, but two seconds at
    /// most, so that its return is noticed.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.rules.backoff = Backoff { first, longest };
        self
    }

    /// How often an event may come back, because no queue wants it or the broker refuses it, before it is parked: 20
    /// times, which take an hour, unless said otherwise.
    pub fn park_after(mut self, returns: u32) -> Self {
        self.settings.rules.park_after = i32::try_from(returns).unwrap_or(i32::MAX);
        self
    }

    /// How long sent events are kept, and enqueueing them again changes nothing: a day, unless said otherwise.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.settings.retention = retention;
        self.settings.upkeep = self.settings.upkeep.min(retention.max(Duration::from_millis(100)));
        self
    }
}
