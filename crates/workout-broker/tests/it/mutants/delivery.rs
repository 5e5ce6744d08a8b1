//! A broker that hands out and settles wrongly.

use std::future::ready;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use workout_broker::transport::{Answer, NextDelivery, Settlement, TransportDeliveries, TransportDelivery};
use workout_broker::{BrokerError, DELIVERY_LIMIT, Death};
use workout_events::amqp::{HeaderValue, Message};

use super::Bug;

/// An acknowledgement that was not sent yet.
type Unsent = Arc<Mutex<Option<Box<dyn TransportDelivery>>>>;

#[derive(Debug)]
pub(super) struct MutatedDeliveries {
    inner: Box<dyn TransportDeliveries>,
    bug: Bug,
    unsent: Unsent,
}

impl MutatedDeliveries {
    pub(super) fn new(inner: Box<dyn TransportDeliveries>, bug: Bug) -> Self {
        Self { inner, bug, unsent: Unsent::default() }
    }
}

impl TransportDeliveries for MutatedDeliveries {
    fn poll_next(&mut self, context: &mut Context<'_>) -> NextDelivery {
        let (bug, unsent) = (self.bug, Arc::clone(&self.unsent));
        self.inner.poll_next(context).map(|next| {
            let mutated = |inner| Box::new(Mutated { inner: Some(inner), bug, unsent }) as Box<dyn TransportDelivery>;
            next.map(|delivery| delivery.map(mutated))
        })
    }

    fn stop(&mut self) -> Answer<'_, ()> {
        if self.bug == Bug::IgnoresTheEnd { Box::pin(ready(Ok(()))) } else { self.inner.stop() }
    }

    fn close(self: Box<Self>) -> Answer<'static, ()> {
        // Whatever was not sent by now never is.
        self.inner.close()
    }
}

#[derive(Debug)]
struct Mutated {
    /// `None` once it is settled.
    inner: Option<Box<dyn TransportDelivery>>,
    bug: Bug,
    unsent: Unsent,
}

impl Mutated {
    fn inner(&self) -> &dyn TransportDelivery {
        self.inner.as_deref().unwrap()
    }

    /// Sends the acknowledgement before this one, and keeps this one until the next.
    fn ack_later(&mut self) {
        let before = std::mem::replace(&mut *self.unsent.lock().unwrap(), self.inner.take());
        if let Some(mut before) = before {
            let _ = before.poll_settle(Settlement::Ack, &mut Context::from_waker(Waker::noop()));
        }
    }
}

impl TransportDelivery for Mutated {
    fn body(&self) -> &[u8] {
        self.inner().body()
    }

    fn exchange(&self) -> &str {
        self.inner().exchange()
    }

    fn routing_key(&self) -> &str {
        self.inner().routing_key()
    }

    fn kind(&self) -> Option<&str> {
        self.inner().kind()
    }

    fn message_id(&self) -> Option<&str> {
        self.inner().message_id()
    }

    fn redelivered(&self) -> bool {
        self.bug != Bug::NeverSaysRedelivered && self.inner().redelivered()
    }

    fn returns(&self) -> u32 {
        if self.bug == Bug::DoesNotCount { 0 } else { self.inner().returns() }
    }

    fn is_lost(&self) -> bool {
        self.inner().is_lost()
    }

    fn offset(&self) -> Option<u64> {
        self.inner().offset().map(|offset| if self.bug == Bug::MiscountsOffsets { offset / 2 } else { offset })
    }

    fn header(&self, name: &str) -> Option<HeaderValue> {
        if self.bug == Bug::HidesHeaders { None } else { self.inner().header(name) }
    }

    fn death(&self) -> Option<Death> {
        let text = |name| match self.inner().header(name) {
            Some(HeaderValue::Text(text)) => Some(text),
            _ => None,
        };
        if self.bug == Bug::TellsTheFirstDeath {
            return Some(Death::new(text("x-first-death-queue")?, text("x-first-death-reason")?));
        }
        self.inner().death()
    }

    fn message(&self) -> Message {
        let mut message = self.inner().message();
        if self.bug == Bug::LosesHeaders {
            message.headers.clear();
        }
        message
    }

    fn poll_settle(&mut self, settlement: Settlement, context: &mut Context<'_>) -> Poll<Result<(), BrokerError>> {
        let settlement = match (self.bug, settlement) {
            (Bug::DropsTheRejected, Settlement::Reject) | (Bug::AcknowledgesOneForAll, Settlement::AckThrough) => {
                Settlement::Ack
            }
            (Bug::LosesTheLastAcknowledgement, Settlement::Ack) => {
                self.ack_later();
                return Poll::Ready(Ok(()));
            }
            // It stays with its reader for ever.
            (Bug::ForgetsTheDeliveryLimit, Settlement::Requeue) if self.returns() == DELIVERY_LIMIT => {
                return Poll::Ready(Ok(()));
            }
            (_, settlement) => settlement,
        };
        let settled = self.inner.as_mut().unwrap().poll_settle(settlement, context);
        self.bug = if self.bug == Bug::AcknowledgesWhatIsDropped { Bug::Nothing } else { self.bug };
        if self.bug == Bug::SettlesTheStale { Poll::Ready(Ok(())) } else { settled }
    }
}

impl Drop for Mutated {
    fn drop(&mut self) {
        if let (Bug::AcknowledgesWhatIsDropped, Some(inner)) = (self.bug, &mut self.inner) {
            let _ = inner.poll_settle(Settlement::Ack, &mut Context::from_waker(Waker::noop()));
        }
    }
}
