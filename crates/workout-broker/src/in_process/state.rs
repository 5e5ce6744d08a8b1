//! All that the server knows, under one lock.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;
use workout_events::amqp::{HeaderValue, Message};

use crate::error::{BrokerError, Kind};
use crate::health::{Health, LinkHealth, LinkState};
use crate::in_process::queue::{Mode, Next, QueueState, ReaderState, Stored};
use crate::in_process::routing::{self, Route};
use crate::outcome::Outcome;
use crate::prefetch::Prefetch;
use crate::topology::{DELIVERY_LIMIT, Queue};
use crate::transport::Settlement;

/// How many messages wait in a queue before it refuses more: memory is the limit here, and not a disk.
const CAPACITY: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct State {
    queues: BTreeMap<String, QueueState>,
    readers: BTreeMap<u64, ReaderState>,
    connections: BTreeMap<u64, watch::Sender<Health>>,
    /// The last number given to a connection or a reader.
    last: u64,
}

/// Connections.
impl State {
    pub(super) fn connect(&mut self) -> (u64, watch::Receiver<Health>) {
        self.last += 1;
        let up = LinkHealth::new(LinkState::Up, 1);
        let (sender, receiver) = watch::channel(Health::new(up, up));
        self.connections.insert(self.last, sender);
        (self.last, receiver)
    }

    pub(super) fn disconnect(&mut self, connection: u64) {
        self.connections.remove(&connection);
    }

    /// Its readers are told, and what they had not settled goes back.
    pub(super) fn close(&mut self, connection: u64) {
        if let Some(health) = self.connections.get(&connection) {
            health.send_if_modified(|health| {
                let open = health.publishing.state != LinkState::Closed;
                if open {
                    let closed = |link: LinkHealth| LinkHealth::new(LinkState::Closed, link.generation);
                    *health = Health::new(closed(health.publishing), closed(health.consuming));
                }
                open
            });
        }
        let readers = self.readers.iter().filter(|(_, reader)| reader.connection == connection);
        for number in readers.map(|(number, _)| *number).collect::<Vec<_>>() {
            self.give_up(number, Mode::Closing);
        }
    }
}

/// Queues and what goes into them.
impl State {
    pub(super) fn declare(&mut self, queue: &Queue) -> Result<(), BrokerError> {
        for binding in queue.bindings() {
            routing::kind(&binding.exchange)?;
        }
        let dead = queue.dead_letter_name();
        self.queues.entry(dead.clone()).or_default();
        let entry = self.queues.entry(queue.name().to_owned()).or_default();
        entry.bindings.extend(queue.bindings().cloned());
        entry.dead_letters = Some(dead);
        Ok(())
    }

    /// All queues that want the message get it, or none does.
    pub(super) fn route(&mut self, message: &Message) -> Result<Outcome, BrokerError> {
        let route = Route::of(&message.exchange, &message.routing_key)?;
        let mut wanting: Vec<_> = self
            .queues
            .values_mut()
            .filter(|queue| queue.bindings.iter().any(|binding| route.reaches(binding)))
            .collect();
        if wanting.is_empty() {
            return Ok(Outcome::Returned);
        }
        if wanting.iter().any(|queue| queue.waiting() >= CAPACITY) {
            return Ok(Outcome::Nacked);
        }
        let message = Arc::new(message.clone());
        for queue in &mut wanting {
            queue.put(Arc::clone(&message));
            queue.hand_out(&mut self.readers);
        }
        Ok(Outcome::Confirmed)
    }

    fn hand_out(&mut self, queue: &str) {
        if let Some(queue) = self.queues.get_mut(queue) {
            queue.hand_out(&mut self.readers);
        }
    }

    fn put_back(&mut self, queue: &str, mut stored: Stored) {
        stored.returns += 1;
        if stored.returns > DELIVERY_LIMIT {
            self.bury(queue, &stored.message, "delivery_limit");
        } else if let Some(queue) = self.queues.get_mut(queue) {
            queue.put_back(stored);
        }
    }

    /// Moves a message to the dead letters of its queue, with the headers that say why. A dead-letter queue has none of
    /// its own, so what it gives up is gone: someone looked and said so.
    fn bury(&mut self, queue: &str, message: &Message, reason: &'static str) {
        let Some(dead) = self.queues.get(queue).and_then(|queue| queue.dead_letters.clone()) else { return };
        let mut message = message.clone();
        if !message.headers.iter().any(|(name, _)| name == "x-first-death-queue") {
            let text = |text: &str| HeaderValue::Text(text.to_owned());
            message.headers.extend([
                (Cow::Borrowed("x-first-death-exchange"), text(&message.exchange)),
                (Cow::Borrowed("x-first-death-queue"), text(queue)),
                (Cow::Borrowed("x-first-death-reason"), text(reason)),
            ]);
        }
        message.exchange = Cow::Borrowed("");
        message.routing_key = Cow::Owned(dead.clone());
        if let Some(queue) = self.queues.get_mut(&dead) {
            queue.put(Arc::new(message));
            queue.hand_out(&mut self.readers);
        }
    }
}

/// Readers and what comes out of queues.
impl State {
    pub(super) fn read(&mut self, connection: u64, queue: &str, prefetch: Prefetch) -> Result<u64, BrokerError> {
        let entry = self.queues.get_mut(queue).ok_or(Kind::NotFound)?;
        self.last += 1;
        self.readers.insert(self.last, ReaderState::new(connection, queue, prefetch));
        entry.readers.push_back(self.last);
        entry.hand_out(&mut self.readers);
        Ok(self.last)
    }

    pub(super) fn reader(&mut self, reader: u64) -> Option<&mut ReaderState> {
        self.readers.get_mut(&reader)
    }

    pub(super) fn next(&mut self, reader: u64) -> Next {
        self.reader(reader).map_or(Next::End, ReaderState::next)
    }

    /// Nothing more for this reader, who may still settle what is out.
    pub(super) fn stop(&mut self, reader: u64) {
        if let Some(reader) = self.readers.get_mut(&reader).filter(|reader| reader.mode == Mode::Reading) {
            reader.mode = Mode::Stopped;
        }
        self.leave(reader);
    }

    /// Its turns are the others'.
    fn leave(&mut self, reader: u64) {
        let queue = self.readers.get(&reader).and_then(|reader| self.queues.get_mut(&reader.queue));
        if let Some(queue) = queue {
            queue.readers.retain(|other| *other != reader);
        }
    }

    /// What is out goes back to the queue.
    fn give_up(&mut self, number: u64, mode: Mode) {
        self.leave(number);
        let Some(reader) = self.readers.get_mut(&number) else { return };
        reader.mode = mode;
        reader.wake();
        let (queue, stored) = (reader.queue.clone(), reader.give_up());
        for stored in stored {
            self.put_back(&queue, stored);
        }
        self.hand_out(&queue);
    }

    pub(super) fn end(&mut self, reader: u64) {
        self.give_up(reader, Mode::Ended);
        self.readers.remove(&reader);
    }

    pub(super) fn settle(&mut self, number: u64, tag: u64, settlement: Settlement) -> Result<(), BrokerError> {
        let reader = self.readers.get_mut(&number).filter(|reader| !matches!(reader.mode, Mode::Closing | Mode::Ended));
        let reader = reader.ok_or(Kind::NotSettled(None))?;
        let queue = reader.queue.clone();
        let stored = reader.settle(tag, settlement == Settlement::AckThrough).ok_or(Kind::SettledBefore)?;
        match settlement {
            Settlement::Ack | Settlement::AckThrough => {}
            Settlement::Requeue => self.put_back(&queue, stored),
            Settlement::Reject => self.bury(&queue, &stored.message, "rejected"),
        }
        self.hand_out(&queue);
        Ok(())
    }
}
