//! A stream of events in, a stream of outcomes out.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, Sleep, sleep_until};
use workout_broker::Outcome;
use workout_events::amqp::Message;
use workout_events::{Event, EventId, EventType};

use crate::engine::Ticket;
use crate::error::PublishError;
use crate::publisher::Publisher;

/// Keeps many events under way without a future for each: only the oldest is waited for, and the others have mostly been
/// answered when it has.
pub(crate) struct PublishAll<'p, S> {
    publisher: &'p Publisher,
    /// `None` when it has ended.
    events: Option<Pin<Box<S>>>,
    /// How many are taken from it at once.
    most: usize,
    under_way: VecDeque<UnderWay<'p>>,
    /// The next event, when there is no place for it.
    outside: Option<Outside<'p>>,
    /// Ends at the deadline of the oldest, or before.
    alarm: Option<Pin<Box<Sleep>>>,
}

struct UnderWay<'p> {
    id: EventId,
    deadline: Instant,
    stage: Stage<'p>,
}

enum Stage<'p> {
    Boarded(Ticket<'p>),
    Refused(PublishError),
}

struct Outside<'p> {
    id: EventId,
    message: Arc<Message>,
    deadline: Instant,
    place: Pin<Box<dyn Future<Output = Option<SemaphorePermit<'p>>> + Send + 'p>>,
}

impl<'p, S> PublishAll<'p, S> {
    pub(crate) fn new(publisher: &'p Publisher, events: Pin<Box<S>>, most: usize) -> Self {
        Self { publisher, events: Some(events), most, under_way: VecDeque::new(), outside: None, alarm: None }
    }

    /// Takes as many events as may be under way.
    fn fill<T>(&mut self, context: &mut Context<'_>)
    where
        T: EventType,
        S: Stream<Item = Event<T>>,
    {
        self.let_in(context);
        while self.under_way.len() < self.most
            && self.outside.is_none()
            && let Some(events) = &mut self.events
        {
            match events.as_mut().poll_next(context) {
                Poll::Pending => return,
                Poll::Ready(None) => self.events = None,
                Poll::Ready(Some(event)) => {
                    let deadline = Instant::now() + self.publisher.settings.deadline;
                    match Message::of(&event) {
                        Ok(message) => self.board(event.id(), Arc::new(message), deadline, None),
                        Err(error) => self.refused(event.id(), deadline, PublishError::too_large(error)),
                    }
                    self.let_in(context);
                }
            }
        }
    }

    fn board(&mut self, id: EventId, message: Arc<Message>, deadline: Instant, place: Option<SemaphorePermit<'_>>) {
        match self.publisher.board(id, &message, deadline, place) {
            Ok(Some(ticket)) => self.under_way.push_back(UnderWay { id, deadline, stage: Stage::Boarded(ticket) }),
            Ok(None) => {
                let place = Box::pin(self.publisher.engine.flights.place());
                self.outside = Some(Outside { id, message, deadline, place });
            }
            Err(error) => self.refused(id, deadline, error),
        }
    }

    fn refused(&mut self, id: EventId, deadline: Instant, error: PublishError) {
        self.under_way.push_back(UnderWay { id, deadline, stage: Stage::Refused(error) });
    }

    /// Boards the event that stands outside, if there is a place for it now.
    fn let_in(&mut self, context: &mut Context<'_>) {
        let Some(mut outside) = self.outside.take() else { return };
        match outside.place.as_mut().poll(context) {
            Poll::Ready(Some(place)) => self.board(outside.id, outside.message, outside.deadline, Some(place)),
            Poll::Ready(None) => self.refused(outside.id, outside.deadline, PublishError::closed()),
            Poll::Pending if outside.deadline <= Instant::now() => {
                self.refused(outside.id, outside.deadline, PublishError::withdrawn(None));
            }
            Poll::Pending => self.outside = Some(outside),
        }
    }

    /// Wakes the task at this time. Deadlines only grow, so an alarm that is set is not too late.
    fn wake_at(&mut self, deadline: Instant, context: &mut Context<'_>) {
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        while alarm.as_mut().poll(context).is_ready() {
            // It was that of another event.
            alarm.as_mut().reset(deadline);
        }
    }
}

impl<T: EventType, S: Stream<Item = Event<T>>> Stream for PublishAll<'_, S> {
    type Item = (EventId, Result<Outcome, PublishError>);

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        this.fill(context);
        let Some(oldest) = this.under_way.front_mut() else {
            let Some(outside) = &this.outside else {
                return if this.events.is_none() { Poll::Ready(None) } else { Poll::Pending };
            };
            let deadline = outside.deadline;
            this.wake_at(deadline, context);
            return Poll::Pending;
        };
        let (id, deadline) = (oldest.id, oldest.deadline);
        let outcome = match &mut oldest.stage {
            Stage::Refused(error) => Err(error.clone()),
            Stage::Boarded(ticket) => match ticket.poll_answer(context) {
                Poll::Ready(outcome) => outcome,
                Poll::Pending if deadline <= Instant::now() => ticket.too_late(),
                Poll::Pending => {
                    this.wake_at(deadline, context);
                    return Poll::Pending;
                }
            },
        };
        this.under_way.pop_front();
        Poll::Ready(Some((id, outcome)))
    }
}

impl<S> fmt::Debug for PublishAll<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishAll").field("under_way", &self.under_way.len()).finish_non_exhaustive()
    }
}
