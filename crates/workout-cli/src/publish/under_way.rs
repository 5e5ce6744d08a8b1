//! Events that were given to the publisher and have no outcome yet.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use workout_events::EventId;
use workout_events::amqp::Message;
use workout_publisher::{Outcome, PublishError, Publisher};

/// How many events are under way. What the publisher cannot send yet waits there.
const EVENTS: usize = 4_096;

/// How many bytes are, whatever the events are like: memory is bounded by this and not by the number.
const BYTES: u64 = 16 * 1024 * 1024;

/// A line that was sent.
#[derive(Clone, Copy)]
pub(super) struct Sent {
    pub(super) number: u64,
    pub(super) id: EventId,
    pub(super) bytes: u64,
}

/// What became of it.
pub(super) type Told = (Sent, Result<Outcome, PublishError>);

pub(super) struct UnderWay<'p> {
    publisher: &'p Publisher,
    limit: Duration,
    outcomes: FuturesUnordered<BoxFuture<'p, Told>>,
    ids: HashSet<EventId>,
    bytes: u64,
}

impl<'p> UnderWay<'p> {
    /// Of this publisher; each event may take so long.
    pub(super) fn new(publisher: &'p Publisher, limit: Duration) -> Self {
        Self { publisher, limit, outcomes: FuturesUnordered::new(), ids: HashSet::new(), bytes: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.outcomes.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }

    pub(super) fn has_room(&self) -> bool {
        self.len() < EVENTS && self.bytes < BYTES
    }

    /// Sends an event, or gives it back while one of the same id is under way: the publisher would take both for one, send
    /// the first, and give its outcome for either.
    #[must_use]
    pub(super) fn send(&mut self, sent: Sent, message: Message) -> Option<(Sent, Message)> {
        if !self.ids.insert(sent.id) {
            return Some((sent, message));
        }
        self.bytes += sent.bytes;
        let (publisher, limit) = (self.publisher, self.limit);
        self.outcomes.push(Box::pin(async move {
            let outcome = publisher.publish_message(sent.id, message, limit).await;
            (sent, outcome)
        }));
        None
    }

    /// The next outcome, in whichever order they come. Cancel safe.
    pub(super) async fn next(&mut self) -> Option<Told> {
        let told = self.outcomes.next().await;
        if let Some((sent, _)) = &told {
            self.ids.remove(&sent.id);
            self.bytes -= sent.bytes;
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use workout_events::{Event, WorkoutDeleted, WorkoutId};
    use workout_publisher::Broker;

    use super::*;

    /// Sends events of this size while there is room, and gives their number. Nothing comes back meanwhile.
    fn fill(bytes: u64) -> usize {
        let publisher = Publisher::new(Broker::in_process());
        let mut under_way = UnderWay::new(&publisher, Duration::from_secs(1));
        for number in 1..20_000 {
            if !under_way.has_room() {
                break;
            }
            let event = Event::new("/test", WorkoutDeleted::new(WorkoutId::generate(), 1)).unwrap();
            let sent = Sent { number, id: event.id(), bytes };
            assert!(under_way.send(sent, Message::of(&event).unwrap()).is_none());
        }
        under_way.len()
    }

    #[tokio::test]
    async fn large_events_and_small_ones_are_bounded() {
        assert_eq!(fill(256 * 1024), 64);
        assert_eq!(fill(600), EVENTS);
    }

    #[tokio::test]
    async fn an_id_that_is_under_way_has_to_wait() {
        let publisher = Publisher::new(Broker::in_process());
        let mut under_way = UnderWay::new(&publisher, Duration::from_secs(1));
        let event = Event::new("/test", WorkoutDeleted::new(WorkoutId::generate(), 1)).unwrap();
        let sent = Sent { number: 1, id: event.id(), bytes: 600 };
        assert!(under_way.send(sent, Message::of(&event).unwrap()).is_none());
        let (again, message) = under_way.send(sent, Message::of(&event).unwrap()).unwrap();
        assert!(matches!(under_way.next().await, Some((_, Ok(Outcome::Returned)))));
        assert!(under_way.send(again, message).is_none());
    }
}
