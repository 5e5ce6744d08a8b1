//! A caller who waits for a flight.

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};
use workout_broker::Outcome;
use workout_events::EventId;

use super::flights::{Answer, Flights, Seat};
use crate::error::PublishError;

/// A caller who waits. Dropping it withdraws an event that was not written and that nobody else waits for.
#[derive(Debug)]
pub(crate) struct Ticket<'f> {
    flights: &'f Flights,
    id: EventId,
    number: u64,
    answer: Option<oneshot::Receiver<Answer>>,
}

impl<'f> Ticket<'f> {
    pub(crate) fn new(flights: &'f Flights, id: EventId, seat: Seat) -> Self {
        Self { flights, id, number: seat.ticket, answer: Some(seat.answer) }
    }

    /// The answer, or what is known when the deadline passes.
    pub(crate) async fn answer(mut self, deadline: Instant) -> Result<Outcome, PublishError> {
        let Some(answer) = &mut self.answer else { return Ok(Outcome::Unknown) };
        match timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => {
                self.answer = None;
                answer.map_err(PublishError::broker)
            }
            // The lanes ended with the event in their hands.
            Ok(Err(_)) => Ok(Outcome::Unknown),
            Err(_) => {
                self.answer = None;
                let unwritten = self.flights.leave(self.id, self.number);
                if unwritten { Err(PublishError::withdrawn()) } else { Ok(Outcome::Unknown) }
            }
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.answer.is_some() {
            self.flights.leave(self.id, self.number);
        }
    }
}
