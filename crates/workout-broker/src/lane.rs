//! Publishing many messages together.

use std::borrow::Borrow;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use workout_events::amqp::Message;

use crate::error::{BrokerError, Kind};
use crate::message;
use crate::outcome::Outcome;
use crate::transport::TransportLane;

/// A way to publish many messages together, on a channel of its own. Made by [`Broker::lane`](crate::Broker::lane).
///
/// Messages can follow one another without waiting: [`send`](Self::send) them, and take what became of them from
/// [`settled`](Self::settled), which tells them apart by the sender's tokens. Or publish a [`window`](Self::window) and
/// wait for all of it. One lane with up to 1000 messages under way carries what the link can; 3000 are slower.
///
/// The broker tells messages that come back apart by their message id. When several under way have the same one and one
/// of them comes back, all of them are called [`Outcome::Returned`].
#[derive(Debug)]
pub struct Lane {
    transport: Box<dyn TransportLane>,
    /// The tokens of windows are counted; those of windows that were dropped are known by being too small.
    next: u64,
}

/// What became of a message that was sent on a [`Lane`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Settled {
    /// What the sender calls the message.
    pub token: u64,
    /// The outcome; or an error, when the message was certainly not taken.
    pub outcome: Result<Outcome, BrokerError>,
    /// The broker ended the channel for one of several messages, and it may have been for this one. Sent alone, that can
    /// be told.
    pub suspect: bool,
}

impl Settled {
    /// For those who write a transport.
    #[must_use]
    pub const fn new(token: u64, outcome: Result<Outcome, BrokerError>) -> Self {
        Self { token, outcome, suspect: false }
    }

    /// For those who write a transport: of unknown fate, and perhaps the reason for the end of the channel.
    #[must_use]
    pub const fn suspect(token: u64) -> Self {
        Self { token, outcome: Ok(Outcome::Unknown), suspect: true }
    }
}

impl Lane {
    pub(crate) fn new(transport: Box<dyn TransportLane>) -> Self {
        Self { transport, next: 0 }
    }

    /// Whether a message that is sent now would be written now. A broker that is short of memory or disk takes nothing
    /// in.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.transport.is_open()
    }

    /// Waits until the lane is open, and makes a channel if need be.
    ///
    /// # Errors
    /// When there is no link at present, or the broker refuses.
    pub async fn open(&mut self) -> Result<(), BrokerError> {
        self.transport.open().await
    }

    /// Hands a message over to the broker without waiting. What becomes of it is told by [`settled`](Self::settled), under
    /// this token; so is that a lane was not [open](Self::is_open).
    ///
    /// # Errors
    /// When AMQP cannot say the message: nothing was sent then.
    pub fn send(&mut self, token: u64, message: Arc<Message>) -> Result<(), BrokerError> {
        message::check(&message)?;
        self.transport.send(token, message);
        Ok(())
    }

    /// Waits until it is known what became of some messages that were sent, and says so. Never ready while none is under
    /// way. Cancel safe: nothing is lost when the future is dropped.
    pub async fn settled(&mut self) -> Vec<Settled> {
        let mut settled = Vec::new();
        poll_fn(|context| self.transport.poll_settled(context, &mut settled)).await;
        settled
    }

    /// Waits no longer: settles all that is under way with what is certain now, and with [`Outcome::Unknown`] else.
    pub fn abandon(&mut self) -> Vec<Settled> {
        let mut settled = Vec::new();
        self.transport.abandon(&mut settled);
        settled
    }

    /// How many messages are under way.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.transport.under_way()
    }

    /// The token of the oldest message under way.
    #[must_use]
    pub fn oldest(&self) -> Option<u64> {
        self.transport.oldest()
    }

    /// Publishes these messages together and waits, for at most `limit`, until it is known what became of each: there is
    /// an outcome for every message, in their order. Not to be mixed with [`send`](Self::send).
    ///
    /// What has no answer within `limit`, or before the link is lost, is [`Outcome::Unknown`]; so is an answer that
    /// cannot be told from that to a neighbour. The next call opens a new channel then.
    ///
    /// Dropping the future withdraws nothing: the outcomes are then unknown. The lane can be used again.
    ///
    /// # Errors
    /// When certainly no message was taken: there is no channel to be had, AMQP cannot say one of them, or the broker
    /// refused the only one, for instance because its exchange does not exist. In a window of many such a refusal makes
    /// outcomes unknown.
    pub async fn window<M>(&mut self, messages: &[M], limit: Duration) -> Result<Vec<Outcome>, BrokerError>
    where
        M: Borrow<Message> + Clone + Into<Arc<Message>>,
    {
        let deadline = Instant::now() + limit;
        messages.iter().try_for_each(|message| message::check(message.borrow()))?;
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        if !self.transport.is_open() {
            timeout_at(deadline, self.transport.open()).await.map_err(|_| Kind::Silent)??;
        }
        let first = self.next;
        for message in messages {
            self.transport.send(self.next, message.clone().into());
            self.next += 1;
        }
        let mut outcomes = Outcomes::of(first, messages.len());
        while outcomes.left > 0 {
            let Ok(settled) = timeout_at(deadline, self.settled()).await else {
                // Whatever a transport forgets to settle even now is unknown too.
                outcomes.take(self.abandon());
                break;
            };
            outcomes.take(settled);
        }
        outcomes.done()
    }
}

/// The outcomes of a window.
struct Outcomes {
    first: u64,
    known: Vec<Option<Result<Outcome, BrokerError>>>,
    left: usize,
}

impl Outcomes {
    fn of(first: u64, messages: usize) -> Self {
        Self { first, known: (0..messages).map(|_| None).collect(), left: messages }
    }

    fn take(&mut self, settled: Vec<Settled>) {
        for Settled { token, outcome, .. } in settled {
            // Of a window that was dropped.
            let Some(index) = token.checked_sub(self.first).and_then(|index| usize::try_from(index).ok()) else {
                continue;
            };
            if let Some(known @ None) = self.known.get_mut(index) {
                *known = Some(outcome);
                self.left -= 1;
            }
        }
    }

    /// An error only if no message at all was taken.
    fn done(self) -> Result<Vec<Outcome>, BrokerError> {
        let none_taken = self.known.iter().all(|known| matches!(known, Some(Err(_))));
        let mut outcomes = Vec::with_capacity(self.known.len());
        for known in self.known {
            match known {
                Some(Err(error)) if none_taken => return Err(error),
                Some(Ok(outcome)) => outcomes.push(outcome),
                Some(Err(_)) | None => outcomes.push(Outcome::Unknown),
            }
        }
        Ok(outcomes)
    }
}
