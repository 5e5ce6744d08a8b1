//! All that the server knows, under one lock.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use workout_events::amqp::Message;

use crate::error::BrokerError;
use crate::health::Health;
use crate::in_process::publishing::Unread;
use crate::in_process::queue::QueueState;
use crate::in_process::routing::Route;
use crate::in_process::script::Script;
use crate::in_process::subscriber::Subscriber;
use crate::in_process::window::Window;
use crate::outcome::Outcome;

/// How many messages wait in a queue before it refuses more: memory is the limit here, and not a disk.
const CAPACITY: usize = 10_000;

#[derive(Debug)]
pub(super) struct State {
    pub(super) queues: BTreeMap<String, QueueState>,
    /// The exchange that takes what no binding of the topic wants.
    pub(super) landing: Option<String>,
    pub(super) readers: BTreeMap<u64, Subscriber>,
    pub(super) connections: BTreeMap<u64, watch::Sender<Health>>,
    /// Windows under way.
    pub(super) windows: BTreeMap<u64, Window>,
    pub(super) unread: VecDeque<Unread>,
    pub(super) watchers: Vec<mpsc::UnboundedSender<Vec<String>>>,
    /// The last number given to a connection, a reader or a window.
    pub(super) last: u64,
    pub(super) script: Script,
    pub(super) blocked: bool,
    /// Whether links can be made, and how often they were, by side.
    pub(super) down: [bool; 2],
    pub(super) generations: [u64; 2],
    /// When it began, by the machine's clock and by that of tests.
    pub(super) began: (Timestamp, Instant),
    pub(super) capacity: usize,
    pub(super) latency: Duration,
}

impl Default for State {
    fn default() -> Self {
        Self {
            queues: BTreeMap::new(),
            landing: None,
            readers: BTreeMap::new(),
            connections: BTreeMap::new(),
            windows: BTreeMap::new(),
            unread: VecDeque::new(),
            watchers: Vec::new(),
            last: 0,
            script: Script::default(),
            blocked: false,
            down: [false; 2],
            generations: [1; 2],
            began: (Timestamp::now(), Instant::now()),
            capacity: CAPACITY,
            latency: Duration::ZERO,
        }
    }
}

/// Queues and what goes into them.
impl State {
    pub(super) fn delete(&mut self, queue: &str) {
        self.cancel(queue);
        self.queues.remove(queue);
    }

    pub(super) fn waiting(&mut self, queue: &str) -> Option<usize> {
        self.pass_time();
        self.queues.get(queue).map(QueueState::waiting)
    }

    /// All queues that want the message get it, or none does.
    pub(super) fn route(&mut self, message: &Arc<Message>) -> Result<Outcome, BrokerError> {
        self.pass_time();
        let mut route = Route::of(&message.exchange, &message.routing_key)?;
        if let Some(landing) = &self.landing {
            route.or_else(landing, self.queues.values().flat_map(|queue| &queue.bindings));
        }
        let mut wanting: Vec<_> =
            self.queues.values_mut().filter(|queue| route.leads_to(&queue.spec.name, &queue.bindings)).collect();
        if wanting.is_empty() {
            return Ok(Outcome::Returned);
        }
        if wanting.iter().any(|queue| queue.is_full(self.capacity)) {
            return Ok(Outcome::Nacked);
        }
        let mut begins_a_delay = false;
        for queue in &mut wanting {
            begins_a_delay |= queue.put(Arc::clone(message));
            queue.hand_out(&mut self.readers, self.latency);
        }
        if begins_a_delay {
            self.tell_of_a_delay();
        }
        Ok(Outcome::Confirmed)
    }

    pub(super) fn hand_out(&mut self, queue: &str) {
        if let Some(queue) = self.queues.get_mut(queue) {
            queue.hand_out(&mut self.readers, self.latency);
        }
    }
}
