//! A caller who waits for a flight.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};
use workout_broker::Outcome;

use super::flights::{Answer, Flights, Left, Seat};
use crate::error::PublishError;

/// A caller who waits. Dropping it withdraws an event that was not written and that nobody else waits for.
#[derive(Debug)]
pub(crate) struct Ticket<'f> {
    flights: &'f Flights,
    token: u64,
    number: u64,
    answer: Option<oneshot::Receiver<Answer>>,
}

impl<'f> Ticket<'f> {
    pub(crate) fn new(flights: &'f Flights, seat: Seat) -> Self {
        let Seat { token, ticket, answer } = seat;
        Self { flights, token, number: ticket, answer: Some(answer) }
    }

    /// The answer, or what is known when the deadline passes; or when the event should have been written, and was not.
    pub(crate) async fn answer(
        mut self,
        deadline: Instant,
        written_by: Option<Instant>,
    ) -> Result<Outcome, PublishError> {
        if let Some(written_by) = written_by.filter(|written_by| *written_by < deadline) {
            match timeout_at(written_by, poll_fn(|context| self.poll_answer(context))).await {
                Ok(answer) => return answer,
                Err(_) if self.is_unwritten() => return self.too_late(),
                Err(_) => {}
            }
        }
        match timeout_at(deadline, poll_fn(|context| self.poll_answer(context))).await {
            Ok(answer) => answer,
            Err(_) => self.too_late(),
        }
    }

    /// Whether the event has certainly not been written yet.
    pub(crate) fn is_unwritten(&self) -> bool {
        self.flights.is_unwritten(self.token)
    }

    pub(crate) fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Result<Outcome, PublishError>> {
        let Some(answer) = &mut self.answer else { return Poll::Ready(Ok(Outcome::Unknown)) };
        let answer = match Pin::new(answer).poll(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(answer)) => answer.map_err(PublishError::broker),
            // The lanes ended with the event in their hands.
            Poll::Ready(Err(_)) => Ok(Outcome::Unknown),
        };
        self.answer = None;
        Poll::Ready(answer)
    }

    /// Nobody waits any longer.
    pub(crate) fn too_late(&mut self) -> Result<Outcome, PublishError> {
        self.answer = None;
        match self.flights.leave(self.token, self.number) {
            Left::Unwritten(trouble) => Err(PublishError::withdrawn(trouble)),
            Left::Unknown => Ok(Outcome::Unknown),
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if self.answer.is_some() {
            self.flights.leave(self.token, self.number);
        }
    }
}
