//! A message that has come out of a queue.

use std::fmt;
use std::pin::pin;
use std::sync::Weak;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use lapin::Channel;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicRejectOptions};
use lapin::types::ShortString;
use workout_events::amqp::{HeaderValue, Message};

use crate::amqp::properties;
use crate::delivery::Death;
use crate::error::{BrokerError, Kind};
use crate::transport::{Settlement, TransportDelivery};

/// The channel of a subscription, as those see it who settle what came on it.
pub(super) struct Settling {
    pub(super) channel: Channel,
    /// Up to this tag everything is settled. Settling it again would make the broker close the channel.
    through: AtomicU64,
    /// How many settlements there were since the queue last answered for what came before.
    recent: AtomicU64,
}

/// How many settlements RabbitMQ passes on at once for certain; half of what it is set to unless told otherwise.
const AT_ONCE: u64 = 16;

impl Settling {
    pub(super) fn on(channel: Channel) -> Self {
        Self { channel, through: AtomicU64::new(0), recent: AtomicU64::new(0) }
    }

    /// The queue has answered: it has all settlements up to now.
    pub(super) fn passed_on(&self) {
        self.recent.store(0, Ordering::Release);
    }

    /// Whether the broker may keep settlements that the queue does not have yet.
    pub(super) fn may_be_kept(&self) -> bool {
        self.recent.load(Ordering::Acquire) > AT_ONCE
    }

    async fn settle(&self, tag: u64, settlement: Settlement) -> lapin::Result<()> {
        match settlement {
            Settlement::Ack => self.channel.basic_ack(tag, BasicAckOptions::default()).await,
            Settlement::AckThrough => self.channel.basic_ack(tag, BasicAckOptions { multiple: true }).await,
            // Rejected and not nacked: newer brokers count only the former towards the delivery limit.
            Settlement::Requeue => self.channel.basic_reject(tag, BasicRejectOptions { requeue: true }).await,
            Settlement::Reject => self.channel.basic_reject(tag, BasicRejectOptions { requeue: false }).await,
        }
    }
}

pub(super) struct Unsettled {
    pub(super) delivery: Delivery,
    /// It does not keep the channel open: with its subscription everything goes back that is not settled.
    pub(super) settling: Weak<Settling>,
    /// In a stream.
    pub(super) offset: Option<u64>,
}

impl TransportDelivery for Unsettled {
    fn body(&self) -> &[u8] {
        &self.delivery.data
    }

    fn exchange(&self) -> &str {
        self.delivery.exchange.as_str()
    }

    fn routing_key(&self) -> &str {
        self.delivery.routing_key.as_str()
    }

    fn kind(&self) -> Option<&str> {
        self.delivery.properties.kind().as_ref().map(ShortString::as_str)
    }

    fn message_id(&self) -> Option<&str> {
        self.delivery.properties.message_id().as_ref().map(ShortString::as_str)
    }

    fn redelivered(&self) -> bool {
        self.delivery.redelivered
    }

    /// On a message that comes for the first time the count is not the broker's, but whatever its publisher wrote there.
    fn returns(&self) -> u32 {
        if self.delivery.redelivered { properties::returns(&self.delivery.properties) } else { 0 }
    }

    fn is_lost(&self) -> bool {
        self.settling.upgrade().is_none_or(|settling| !settling.channel.status().connected())
    }

    fn offset(&self) -> Option<u64> {
        self.offset
    }

    fn header(&self, name: &str) -> Option<HeaderValue> {
        properties::header(&self.delivery.properties, name)
    }

    fn death(&self) -> Option<Death> {
        properties::death(&self.delivery.properties)
    }

    fn message(&self) -> Message {
        properties::message(&self.delivery)
    }

    /// The first look at the client's future puts the settlement in line behind all earlier ones, and before the end of
    /// the channel. Nothing that is awaited afterwards would tell whether it arrives.
    fn poll_settle(&mut self, settlement: Settlement, _: &mut Context<'_>) -> Poll<Result<(), BrokerError>> {
        let Some(settling) = self.settling.upgrade() else {
            return Poll::Ready(Err(Kind::NotSettled(None).into()));
        };
        let tag = self.delivery.delivery_tag;
        let before = match settlement {
            Settlement::AckThrough => settling.through.fetch_max(tag, Ordering::AcqRel),
            Settlement::Ack | Settlement::Requeue | Settlement::Reject => settling.through.load(Ordering::Acquire),
        };
        if tag <= before {
            return Poll::Ready(Err(Kind::SettledBefore.into()));
        }
        settling.recent.fetch_add(1, Ordering::AcqRel);
        let said = pin!(settling.settle(tag, settlement)).poll(&mut Context::from_waker(Waker::noop()));
        Poll::Ready(match said {
            Poll::Ready(Err(error)) => Err(Kind::NotSettled(Some(error.into())).into()),
            Poll::Ready(Ok(())) | Poll::Pending => Ok(()),
        })
    }
}

/// Without the message, which may say something private.
impl fmt::Debug for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsettled")
            .field("delivery_tag", &self.delivery.delivery_tag)
            .field("message_id", &self.message_id())
            .finish_non_exhaustive()
    }
}
