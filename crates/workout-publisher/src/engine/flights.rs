//! The events under way, by their id, and the line of those that wait to be written.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, Semaphore, SemaphorePermit, oneshot};
use tokio::time::Instant;
use workout_broker::{BrokerError, Outcome, Settled};
use workout_events::EventId;
use workout_events::amqp::Message;

use super::figures;
use super::slots::Slots;

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
    /// By the token under which a lane sends the event.
    flights: Slots<Flight>,
    tokens: HashMap<EventId, u64>,
    /// May name flights that have ended; whoever comes to them steps over them.
    line: VecDeque<u64>,
    tickets: u64,
    closed: bool,
    /// Why nothing could be written the last time, as long as that is so.
    trouble: Option<Arc<BrokerError>>,
}

#[derive(Debug)]
struct Flight {
    id: EventId,
    message: Arc<Message>,
    callers: Vec<(u64, oneshot::Sender<Answer>)>,
    since: Instant,
    /// Until when somebody waits for it.
    deadline: Instant,
    /// How often it came back from a lane.
    attempts: u32,
    /// It may be the reason why a channel ended.
    suspect: bool,
    /// Whether it is in the line, or rests before it goes there again.
    on_ground: bool,
    /// Whether the broker may have it.
    written: bool,
}

/// A caller's place among those who wait for a flight, and where the answer will be.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) token: u64,
    pub(crate) ticket: u64,
    pub(crate) answer: oneshot::Receiver<Answer>,
}

/// Why an event was not boarded.
#[derive(Debug)]
pub(crate) enum NotBoarded {
    /// The publisher has been closed.
    Closed,
    /// There is no place.
    Full,
    /// Another event is under way with the same id.
    Other,
}

/// What there is to do about events that a lane has settled.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    /// Whether one of them was refused or had no answer.
    pub(crate) failed: bool,
    /// To be written again, after a pause.
    pub(crate) again: Vec<u64>,
    /// How often one of them came back, at most.
    pub(crate) attempts: u32,
    /// Why one of them was not even written, if that is so.
    pub(crate) trouble: Option<Arc<BrokerError>>,
}

/// What a lane has to send.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) events: Vec<(u64, Arc<Message>)>,
    /// It, or what comes next, must have no company.
    pub(crate) alone: bool,
}

/// What a caller who leaves knows.
#[derive(Debug)]
pub(crate) enum Left {
    /// The event was certainly not written, perhaps for this reason.
    Unwritten(Option<Arc<BrokerError>>),
    Unknown,
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

    /// Waits for a place, to [`board`](Self::board) with.
    pub(crate) async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.acquire().await.ok()
    }

    /// Joins the flight of this event, or puts it into the line if there is a place for it.
    pub(crate) fn board(
        &self,
        id: EventId,
        message: &Arc<Message>,
        deadline: Instant,
        place: Option<SemaphorePermit<'_>>,
    ) -> Result<Seat, NotBoarded> {
        let mut state = self.state();
        if state.closed {
            return Err(NotBoarded::Closed);
        }
        if let Some(token) = state.tokens.get(&id).copied() {
            // What is not the same must not share an outcome: it would be called confirmed without having been written.
            let same = state.flights.get_mut(token).is_some_and(|flight| flight.message == *message);
            return if same { state.join(token, deadline).ok_or(NotBoarded::Closed) } else { Err(NotBoarded::Other) };
        }
        // A flight gives its place back when it ends.
        place.or_else(|| self.places.try_acquire().ok()).ok_or(NotBoarded::Full)?.forget();
        let flight = Flight {
            id,
            message: Arc::clone(message),
            callers: Vec::new(),
            since: Instant::now(),
            deadline,
            attempts: 0,
            suspect: false,
            on_ground: true,
            written: false,
        };
        let token = state.flights.insert(flight);
        state.tokens.insert(id, token);
        let is_first = state.line.is_empty();
        state.line.push_back(token);
        state.tidy();
        let seat = state.join(token, deadline);
        drop(state);
        if is_first {
            self.arrived.notify_one();
        }
        seat.ok_or(NotBoarded::Closed)
    }

    /// A caller no longer waits. An event that is not with a lane is withdrawn then, unless somebody else waits for it.
    pub(crate) fn leave(&self, token: u64, ticket: u64) -> Left {
        let mut state = self.state();
        let trouble = state.trouble.clone();
        let Some(flight) = state.flights.get_mut(token) else { return Left::Unknown };
        flight.callers.retain(|(other, _)| *other != ticket);
        // Whoever else waits for it may see it written yet.
        let unwritten = flight.is_unwritten() && flight.callers.is_empty();
        if flight.callers.is_empty() && flight.on_ground {
            state.remove(token);
            self.freed(state, 1);
        }
        if unwritten { Left::Unwritten(trouble) } else { Left::Unknown }
    }

    /// Whether an event has certainly not been written yet.
    pub(crate) fn is_unwritten(&self, token: u64) -> bool {
        self.state().flights.get_mut(token).is_some_and(|flight| flight.is_unwritten())
    }

    /// Waits until an event is in the line; `false` once the publisher is closed and nothing is under way.
    pub(crate) async fn waiting(&self) -> bool {
        loop {
            let mut arrived = std::pin::pin!(self.arrived.notified());
            arrived.as_mut().enable();
            {
                let state = self.state();
                if !state.line.is_empty() {
                    return true;
                }
                if state.closed && state.tokens.is_empty() {
                    return false;
                }
            }
            arrived.await;
        }
    }

    /// Takes up to `most` events from the line for a lane, which has others under way or is `idle`.
    pub(crate) fn take(&self, most: usize, idle: bool) -> Taken {
        let mut state = self.state();
        state.trouble = None;
        let taken = state.take(most, idle);
        if !state.line.is_empty() {
            self.arrived.notify_one();
        }
        taken
    }

    /// Nothing can be written, for this reason.
    pub(crate) fn troubled(&self, trouble: Arc<BrokerError>) {
        self.state().trouble = Some(trouble);
    }

    /// Ends the flights that have a final outcome, and says which have to be written again.
    pub(crate) fn sort(&self, settled: impl IntoIterator<Item = Settled>) -> Sorted {
        let now = Instant::now();
        let (mut sorted, mut ended) = (Sorted::default(), Vec::new());
        let mut state = self.state();
        for Settled { token, outcome, suspect, .. } in settled {
            // What is refused for good says nothing against others.
            sorted.failed |= match &outcome {
                Ok(outcome) => !matches!(outcome, Outcome::Confirmed | Outcome::Returned),
                Err(error) => error.is_transient(),
            };
            // The publisher was closed meanwhile.
            let Some(flight) = state.flights.get_mut(token) else { continue };
            flight.suspect = suspect;
            let answer = match outcome {
                Ok(outcome @ (Outcome::Nacked | Outcome::Unknown)) => {
                    flight.written = true;
                    Ok(outcome)
                }
                Ok(outcome) => {
                    // That nobody wants it now does not mean that nobody has it from before.
                    let may_be_there = flight.written && outcome == Outcome::Returned;
                    let outcome = if may_be_there { Outcome::Unknown } else { outcome };
                    ended.extend(state.end(token, Ok(outcome)));
                    continue;
                }
                Err(error) => {
                    let (is_transient, error) = (error.is_transient(), Arc::new(error));
                    let answer = flight.refused(&error);
                    if !is_transient {
                        ended.extend(state.end(token, answer));
                        continue;
                    }
                    sorted.trouble = Some(error);
                    answer
                }
            };
            if flight.callers.is_empty() || flight.deadline <= now {
                ended.extend(state.end(token, answer));
                continue;
            }
            flight.on_ground = true;
            flight.attempts += 1;
            sorted.attempts = sorted.attempts.max(flight.attempts);
            sorted.again.push(token);
        }
        self.tell(state, ended);
        sorted
    }

    /// Puts events to the front of the line again, in their order.
    pub(crate) fn again(&self, tokens: &[u64]) {
        let mut state = self.state();
        for token in tokens.iter().rev() {
            // It was withdrawn while it rested.
            if state.flights.get_mut(*token).is_some() {
                state.line.push_front(*token);
            }
        }
        drop(state);
        self.arrived.notify_one();
    }

    /// Ends flights that cannot be written, for this reason.
    pub(crate) fn refuse(&self, tokens: impl IntoIterator<Item = u64>, error: &Arc<BrokerError>) {
        let mut state = self.state();
        let refuse = |token| {
            let answer = state.flights.get_mut(token)?.refused(error);
            state.end(token, answer)
        };
        let ended = tokens.into_iter().filter_map(refuse).collect();
        self.tell(state, ended);
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
            if self.state().tokens.is_empty() {
                return;
            }
            drained.await;
        }
    }

    /// Ends all that is under way without an outcome, and says what it was.
    pub(crate) fn give_up(&self) -> Vec<EventId> {
        let mut state = self.state();
        let (left, tokens): (Vec<_>, Vec<_>) = state.tokens.iter().map(|(id, token)| (*id, *token)).unzip();
        let ended = tokens.into_iter().filter_map(|token| state.end(token, Ok(Outcome::Unknown))).collect();
        self.tell(state, ended);
        left
    }

    fn tell(&self, state: MutexGuard<'_, State>, ended: Vec<Ended>) {
        let (now, left) = (Instant::now(), state.tokens.len());
        self.freed(state, ended.len());
        figures::ended(ended.iter().map(|ended| now - ended.since), left);
        for Ended { callers, answer, .. } in ended {
            for (_, caller) in callers {
                // Whoever went away does not want to know.
                let _ = caller.send(answer.clone());
            }
        }
    }

    fn freed(&self, state: MutexGuard<'_, State>, count: usize) {
        if count == 0 {
            return;
        }
        let is_drained = state.tokens.is_empty();
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

/// A flight that is over, and whom to tell.
struct Ended {
    since: Instant,
    callers: Vec<(u64, oneshot::Sender<Answer>)>,
    answer: Answer,
}

impl State {
    fn join(&mut self, token: u64, deadline: Instant) -> Option<Seat> {
        let flight = self.flights.get_mut(token)?;
        self.tickets += 1;
        let (caller, answer) = oneshot::channel();
        flight.callers.push((self.tickets, caller));
        flight.deadline = flight.deadline.max(deadline);
        Some(Seat { token, ticket: self.tickets, answer })
    }

    fn remove(&mut self, token: u64) -> Option<Flight> {
        let flight = self.flights.remove(token)?;
        self.tokens.remove(&flight.id);
        Some(flight)
    }

    fn end(&mut self, token: u64, answer: Answer) -> Option<Ended> {
        self.remove(token).map(|flight| Ended { since: flight.since, callers: flight.callers, answer })
    }

    /// While no lane takes anything, what was withdrawn must not pile up in the line.
    fn tidy(&mut self) {
        if self.line.len() > 2 * self.tokens.len() + 64 {
            self.line.retain(|token| self.flights.get_mut(*token).is_some());
        }
    }

    fn take(&mut self, most: usize, idle: bool) -> Taken {
        let mut taken = Taken { events: Vec::with_capacity(most.min(self.line.len())), alone: false };
        while taken.events.len() < most
            && let Some(token) = self.line.front().copied()
        {
            let Some(flight) = self.flights.get_mut(token) else {
                self.line.pop_front();
                continue;
            };
            let alone = flight.is_alone();
            if alone && !taken.events.is_empty() {
                break;
            }
            // With others under way it stays in the line, and the lane takes nothing more until they are settled.
            taken.alone = alone;
            if alone && !idle {
                break;
            }
            self.line.pop_front();
            flight.on_ground = false;
            taken.events.push((token, Arc::clone(&flight.message)));
            if alone {
                break;
            }
        }
        taken
    }
}

impl Flight {
    /// Of what may have been written before nobody can say that it was not.
    fn refused(&self, error: &Arc<BrokerError>) -> Answer {
        if self.written { Ok(Outcome::Unknown) } else { Err(Arc::clone(error)) }
    }

    fn is_unwritten(&self) -> bool {
        self.on_ground && !self.written
    }

    /// What may have ended a channel goes alone the next time: an event that no broker takes must not take its neighbours
    /// with it again and again.
    fn is_alone(&self) -> bool {
        self.suspect
    }
}

#[cfg(test)]
mod tests {
    use workout_events::amqp::Properties;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_was_withdrawn_does_not_pile_up_in_the_line() {
        let flights = Flights::new(10);
        let message = Arc::new(Message::new("", "", Properties::new("", ""), Vec::new()));
        for _ in 0..10_000 {
            let Ok(seat) = flights.board(EventId::generate(), &message, Instant::now(), None) else {
                panic!("there is a place")
            };
            flights.leave(seat.token, seat.ticket);
        }
        assert!(flights.state().line.len() < 100);
    }
}
