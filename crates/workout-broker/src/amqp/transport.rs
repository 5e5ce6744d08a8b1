//! The seam: RabbitMQ as a transport.

use std::fmt;
use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use workout_events::amqp::Message;

use crate::amqp::broker::Amqp;
use crate::amqp::publish::Track;
use crate::amqp::subscription::Subscription;
use crate::health::Health;
use crate::outcome::Outcome;
use crate::prefetch::Prefetch;
use crate::topology::Queue;
use crate::transport::{Answer, NextDelivery, Transport, TransportDeliveries, TransportLane};

impl Transport for Arc<Amqp> {
    fn declare<'a>(&'a self, queue: &'a Queue) -> Answer<'a, ()> {
        Box::pin(Amqp::declare(self, queue))
    }

    fn lane(&self) -> Box<dyn TransportLane> {
        Box::new(AmqpLane { link: Arc::clone(self), track: Track::default() })
    }

    fn consume<'a>(&'a self, queue: &'a str, prefetch: Prefetch) -> Answer<'a, Box<dyn TransportDeliveries>> {
        Box::pin(async move {
            let subscription: Box<dyn TransportDeliveries> = Box::new(Amqp::consume(self, queue, prefetch).await?);
            Ok(subscription)
        })
    }

    fn health(&self) -> Health {
        Amqp::health(self)
    }

    fn well(&self) -> Answer<'_, ()> {
        Box::pin(Amqp::well(self))
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(Amqp::close(self))
    }
}

struct AmqpLane {
    link: Arc<Amqp>,
    track: Track,
}

impl TransportLane for AmqpLane {
    fn window<'a>(&'a mut self, messages: &'a [Message], limit: Duration) -> Answer<'a, Vec<Outcome>> {
        Box::pin(self.track.window(&self.link, messages, limit))
    }
}

impl fmt::Debug for AmqpLane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AmqpLane").field(&self.link).finish()
    }
}

impl TransportDeliveries for Subscription {
    fn poll_next(&mut self, context: &mut Context<'_>) -> NextDelivery {
        Self::poll_next(self, context)
    }

    fn stop(&mut self) -> Answer<'_, ()> {
        Box::pin(Self::stop(self))
    }

    fn close(self: Box<Self>) -> Answer<'static, ()> {
        Box::pin(Self::close(*self))
    }
}
