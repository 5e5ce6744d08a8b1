//! The seam: RabbitMQ as a transport.

use std::sync::Arc;
use std::task::Context;

use crate::amqp::broker::Amqp;
use crate::amqp::subscription::Subscription;
use crate::health::Health;
use crate::prefetch::Prefetch;
use crate::start::Start;
use crate::topology::{Found, Part};
use crate::transport::{Answer, NextDelivery, Transport, TransportDeliveries, TransportLane};

impl Transport for Arc<Amqp> {
    fn declare<'a>(&'a self, parts: &'a [Part]) -> Answer<'a, ()> {
        Box::pin(Amqp::declare(self, parts))
    }

    fn look<'a>(&'a self, parts: &'a [Part]) -> Answer<'a, Vec<Found>> {
        Box::pin(Amqp::look(self, parts))
    }

    fn lane(&self) -> Box<dyn TransportLane> {
        self.new_lane()
    }

    fn consume<'a>(&'a self, queue: &'a str, prefetch: Prefetch) -> Answer<'a, Box<dyn TransportDeliveries>> {
        Box::pin(async move {
            let subscription: Box<dyn TransportDeliveries> = Box::new(Amqp::consume(self, queue, prefetch).await?);
            Ok(subscription)
        })
    }

    fn consume_from<'a>(
        &'a self,
        stream: &'a str,
        start: Start,
        prefetch: Prefetch,
    ) -> Answer<'a, Box<dyn TransportDeliveries>> {
        Box::pin(async move {
            let subscription = Amqp::consume_from(self, stream, start, prefetch).await?;
            Ok(Box::new(subscription) as Box<dyn TransportDeliveries>)
        })
    }

    fn end_of<'a>(&'a self, stream: &'a str) -> Answer<'a, Option<u64>> {
        Box::pin(Amqp::end_of(self, stream))
    }

    fn depth<'a>(&'a self, queue: &'a str) -> Answer<'a, u64> {
        Box::pin(Amqp::depth(self, queue))
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

impl TransportDeliveries for Subscription {
    fn poll_next(&mut self, context: &mut Context<'_>) -> NextDelivery {
        Self::poll_next(self, context)
    }

    fn is_lost(&self) -> bool {
        Self::is_lost(self)
    }

    fn stop(&mut self) -> Answer<'_, ()> {
        Box::pin(Self::stop(self))
    }

    fn close(self: Box<Self>) -> Answer<'static, ()> {
        Box::pin(Self::close(*self))
    }
}
