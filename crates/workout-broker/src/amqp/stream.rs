//! Streams: where a reader is, and where the stream ends.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use jiff::Timestamp;
use lapin::Consumer;
use lapin::message::Delivery;
use lapin::options::BasicCancelOptions;
use lapin::types::{AMQPValue, FieldTable};
use tokio::time::timeout;
use workout_events::amqp::HeaderValue;

use crate::amqp::broker::{ANSWER_TIMEOUT, Amqp, answer};
use crate::amqp::properties;
use crate::amqp::subscription::Subscription;
use crate::error::{BrokerError, Kind, of_client};
use crate::prefetch::Prefetch;
use crate::start::Start;

/// Where RabbitMQ says the place of a message, and is told where to begin.
const OFFSET: &str = "x-stream-offset";

/// How long a stream that says to have no messages is given to send one: RabbitMQ counts them every few seconds.
const SILENCE: Duration = Duration::from_secs(1);

/// Where a reader of a stream is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    start: Start,
    /// What it has handed out last.
    last: Option<u64>,
}

impl Place {
    pub(super) fn arguments(&self) -> FieldTable {
        let text = |text: &str| AMQPValue::LongString(text.into());
        let offset = |offset: u64| AMQPValue::LongLongInt(i64::try_from(offset).unwrap_or(i64::MAX));
        let begin = match (self.last, self.start) {
            (Some(last), _) => offset(last + 1),
            (None, Start::First) => text("first"),
            (None, Start::Next) => text("next"),
            (None, Start::Offset(first)) => offset(first),
            (None, Start::Time(time)) => AMQPValue::Timestamp(u64::try_from(time.as_second()).unwrap_or_default()),
        };
        let mut arguments = FieldTable::default();
        arguments.insert(OFFSET.into(), begin);
        arguments
    }

    /// Whether this message is to be handed out, which it is then. A broker may begin with what it has written together
    /// with the message that was asked for.
    pub(super) fn moves_to(&mut self, offset: u64) -> bool {
        let wanted = match (self.last, self.start) {
            (Some(last), _) => offset > last,
            (None, Start::Offset(first)) => offset >= first,
            (None, Start::First | Start::Next | Start::Time(_)) => true,
        };
        if wanted {
            self.last = Some(offset);
        }
        wanted
    }
}

pub(super) fn offset(delivery: &Delivery) -> Option<u64> {
    match properties::header(&delivery.properties, OFFSET)? {
        HeaderValue::Integer(offset) => u64::try_from(offset).ok(),
        _ => None,
    }
}

impl Amqp {
    pub(crate) async fn consume_from(
        self: &Arc<Self>,
        stream: &str,
        start: Start,
        prefetch: Prefetch,
    ) -> Result<Subscription, BrokerError> {
        let place = Place { start: self.settled(stream, start).await?, last: None };
        self.subscribe(stream, prefetch, Some(place)).await
    }

    /// What is next is another message after a link that was lost before the first one came. So it is decided once.
    async fn settled(&self, stream: &str, start: Start) -> Result<Start, BrokerError> {
        let is_to_come = match start {
            Start::Next => true,
            Start::Time(time) => time >= Timestamp::now(),
            Start::First | Start::Offset(_) => false,
        };
        if !is_to_come {
            return Ok(start);
        }
        Ok(Start::Offset(self.end_of(stream).await?.map_or(0, |last| last + 1)))
    }

    /// Nothing in AMQP tells, so we read what the broker has written last: it comes all at once. The answer to what is
    /// asked after its first message comes behind its last.
    pub(crate) async fn end_of(&self, stream: &str) -> Result<Option<u64>, BrokerError> {
        let patience = if self.depth(stream).await? > 0 { ANSWER_TIMEOUT } else { SILENCE };
        let mut arguments = FieldTable::default();
        arguments.insert(OFFSET.into(), AMQPValue::LongString("last".into()));
        let (channel, mut consumer) = self.consumer(stream, Prefetch::MOST, arguments).await?;
        let Ok(first) = timeout(patience, next(&mut consumer)).await else {
            return if patience == SILENCE { Ok(None) } else { Err(Kind::Silent.into()) };
        };
        answer(channel.basic_cancel(consumer.tag(), BasicCancelOptions::default())).await?;
        let mut last = first?;
        while let (Some(_), Some(delivery)) = (&last, next(&mut consumer).await?) {
            last = Some(delivery);
        }
        last.as_ref().and_then(offset).map(Some).ok_or_else(|| Kind::Cancelled.into())
    }
}

async fn next(consumer: &mut Consumer) -> Result<Option<Delivery>, BrokerError> {
    let next = poll_fn(|context| Pin::new(&mut *consumer).poll_next(context)).await;
    next.transpose().map_err(of_client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_before_the_place_is_left_out() {
        #[track_caller]
        fn check(start: Start, want: &[u64]) {
            let mut place = Place { start, last: None };
            let came: Vec<_> = [3, 4, 5, 5, 4, 6].into_iter().filter(|offset| place.moves_to(*offset)).collect();
            assert_eq!(came, want, "{start:?}");
        }
        check(Start::First, &[3, 4, 5, 6]);
        check(Start::Offset(4), &[4, 5, 6]);
        check(Start::Offset(6), &[6]);
        check(Start::Offset(7), &[]);
    }
}
