//! The events under way, by their id, and the line of those that wait to be written.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, Semaphore, oneshot};
use tokio::time::Instant;
use workout_broker::{BrokerError, Outcome};
use workout_events::EventId;
use workout_events::amqp::Message;

/// What a caller is told in the end.
pub(crate) type Answer = Result<Outcome, Arc<BrokerError>>;

/// The events under way. Two callers with one event share a flight, and so its outcome.
#[derive(Debug)]
pub(crate) struct Flights {
    state: Mutex<State>,
    /// A place for each flight: who has none waits outside.
    places: Semaphore,
    /// An event joined the line, or nothing more will.
    arrived: Notify,
    /// The last flight has ended.
    drained: Notify,
}

#[derive(Debug, Default)]
struct State {
    flights: HashMap<EventId, Flight>,
    /// May name events that were withdrawn; whoever comes to them steps over them.
    line: VecDeque<EventId>,
    tickets: u64,
    closed: bool,
}

#[derive(Debug)]
struct Flight {
    /// Absent while a lane has it.
    message: Option<Message>,
    callers: Vec<(u64, oneshot::Sender<Answer>)>,
    /// Until when somebody waits for it.
    deadline: Instant,
    /// How often it came back from a lane.
    attempts: u32,
    /// Whether the broker may have it.
    written: bool,
}

/// A caller's place among those who wait for a flight, and where the answer will be.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) ticket: u64,
    pub(crate) answer: oneshot::Receiver<Answer>,
}

/// The publisher has been closed.
#[derive(Debug)]
pub(crate) struct Closed;

/// An event that a lane has.
#[derive(Debug)]
pub(crate) struct Boarded {
    pub(crate) id: EventId,
    pub(crate) attempts: u32,
}

/// An event that comes back from a lane to be written again.
#[derive(Debug)]
pub(crate) struct Back {
    pub(crate) boarded: Boarded,
    pub(crate) message: Message,
    /// Whether the broker may have it already.
    pub(crate) written: bool,
    /// What callers are told who have no time for another attempt.
    pub(crate) otherwise: Answer,
}

impl Flights {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::default(),
            places: Semaphore::new(capacity),
            arrived: Notify::new(),
            drained: Notify::new(),
        }
    }

    /// Nothing panics while it holds the lock, so a poisoned state is whole all the same.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The places that [`board`](Self::board) needs one of.
    pub(crate) fn places(&self) -> &Semaphore {
        &self.places
    }

    /// Joins the flight of this event, if there is one.
    pub(crate) fn share(&self, id: EventId, deadline: Instant) -> Result<Option<Seat>, Closed> {
        let mut state = self.state();
        if state.closed { Err(Closed) } else { Ok(state.join(id, deadline)) }
    }

    /// Puts an event into the line and keeps the caller's permit with it, or joins its flight after all.
    pub(crate) fn board(
        &self,
        id: EventId,
        message: Message,
        deadline: Instant,
        permit: tokio::sync::SemaphorePermit<'_>,
    ) -> Result<Seat, Closed> {
        let mut state = self.state();
        if state.closed {
            return Err(Closed);
        }
        if let Some(seat) = state.join(id, deadline) {
            return Ok(seat);
        }
        permit.forget();
        let flight = Flight { message: Some(message), callers: Vec::new(), deadline, attempts: 0, written: false };
        state.flights.insert(id, flight);
        state.line.push_back(id);
        let seat = state.join(id, deadline);
        drop(state);
        self.arrived.notify_one();
        seat.ok_or(Closed)
    }

    /// A caller no longer waits. Says whether the event was certainly not written; it is withdrawn then, unless somebody
    /// else waits for it.
    pub(crate) fn leave(&self, id: EventId, ticket: u64) -> bool {
        let mut state = self.state();
        let Some(flight) = state.flights.get_mut(&id) else { return false };
        flight.callers.retain(|(other, _)| *other != ticket);
        let unwritten = flight.message.is_some() && !flight.written;
        if flight.callers.is_empty() && flight.message.is_some() {
            state.flights.remove(&id);
            self.freed(state, 1);
        }
        unwritten
    }

    /// Waits for events and takes up to `most` of them; `None` once the publisher is closed and nothing is under way.
    pub(crate) async fn take(&self, most: usize) -> Option<(Vec<Boarded>, Vec<Message>)> {
        loop {
            let mut arrived = std::pin::pin!(self.arrived.notified());
            arrived.as_mut().enable();
            {
                let mut state = self.state();
                let taken = state.take(most);
                if !taken.0.is_empty() {
                    if !state.line.is_empty() {
                        self.arrived.notify_one();
                    }
                    return Some(taken);
                }
                if state.closed && state.flights.is_empty() {
                    return None;
                }
            }
            arrived.await;
        }
    }

    /// Ends flights and tells everybody who waits for them.
    pub(crate) fn end(&self, ended: impl IntoIterator<Item = (EventId, Answer)>) {
        let mut told = Vec::new();
        let mut state = self.state();
        for (id, answer) in ended {
            told.extend(state.flights.remove(&id).map(|flight| (flight.callers, answer)));
        }
        self.freed(state, told.len());
        for (callers, answer) in told {
            for (_, caller) in callers {
                // Whoever went away does not want to know.
                let _ = caller.send(answer.clone());
            }
        }
    }

    /// Takes events back that are to be written again, at the front of the line and in their order. What nobody waits for
    /// any more is over.
    pub(crate) fn again(&self, back: Vec<Back>) {
        let now = Instant::now();
        let mut over = Vec::new();
        let mut state = self.state();
        for Back { boarded, message, written, otherwise } in back.into_iter().rev() {
            let Some(flight) = state.flights.get_mut(&boarded.id) else { continue };
            if flight.callers.is_empty() || flight.deadline <= now {
                over.push((boarded.id, otherwise));
                continue;
            }
            flight.attempts = boarded.attempts + 1;
            flight.written |= written;
            flight.message = Some(message);
            state.line.push_front(boarded.id);
        }
        drop(state);
        self.end(over);
        self.arrived.notify_one();
    }

    /// Lets nothing new in.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.arrived.notify_waiters();
    }

    /// Waits until nothing is under way.
    pub(crate) async fn drained(&self) {
        loop {
            let mut drained = std::pin::pin!(self.drained.notified());
            drained.as_mut().enable();
            if self.state().flights.is_empty() {
                return;
            }
            drained.await;
        }
    }

    /// The events under way.
    pub(crate) fn ids(&self) -> Vec<EventId> {
        self.state().flights.keys().copied().collect()
    }

    fn freed(&self, state: MutexGuard<'_, State>, count: usize) {
        let is_drained = state.flights.is_empty();
        let closed = state.closed;
        drop(state);
        self.places.add_permits(count);
        if is_drained {
            self.drained.notify_waiters();
            if closed {
                // The lanes wait for events that will not come.
                self.arrived.notify_waiters();
            }
        }
    }
}

impl State {
    fn join(&mut self, id: EventId, deadline: Instant) -> Option<Seat> {
        let flight = self.flights.get_mut(&id)?;
        self.tickets += 1;
        let (caller, answer) = oneshot::channel();
        flight.callers.push((self.tickets, caller));
        flight.deadline = flight.deadline.max(deadline);
        Some(Seat { ticket: self.tickets, answer })
    }

    fn take(&mut self, most: usize) -> (Vec<Boarded>, Vec<Message>) {
        let (mut boarded, mut messages) = (Vec::new(), Vec::new());
        while let Some(&id) = self.line.front().filter(|_| boarded.len() < most) {
            let attempts = self.flights.get(&id).map_or(0, |flight| flight.attempts);
            // What came back more than once goes alone: an event that no broker takes must not take its neighbours with it
            // again and again.
            let alone = attempts > 1;
            if alone && !boarded.is_empty() {
                break;
            }
            self.line.pop_front();
            let Some(message) = self.flights.get_mut(&id).and_then(|flight| flight.message.take()) else { continue };
            boarded.push(Boarded { id, attempts });
            messages.push(message);
            if alone {
                break;
            }
        }
        (boarded, messages)
    }
}
