//! A stream of events in, a stream of outcomes out.

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, Sleep, sleep_until};
use workout_broker::Outcome;
use workout_events::amqp::{Message, Properties};
use workout_events::{Event, EventId, EventType};

use crate::engine::Ticket;
use crate::error::PublishError;
use crate::publisher::{self, Publisher};
use crate::spill::{Became, needs_keeping};

/// Keeps many events under way without a future for each: only the oldest is waited for, and the others have mostly been
/// answered when it has.
pub(crate) struct PublishAll<'p, S> {
    publisher: &'p Publisher,
    /// `None` when it has ended.
    events: Option<Pin<Box<S>>>,
    /// How many are taken from it at once.
    most: usize,
    under_way: VecDeque<UnderWay<'p>>,
    /// So many of them, from the oldest on, have had their time to be written.
    due: usize,
    /// So many of them are being spilled.
    spilling: usize,
    /// The next event, when there is no place for it.
    outside: Option<Outside<'p>>,
    /// Wakes the task when there is something to do about the oldest.
    alarm: Option<Pin<Box<Sleep>>>,
}

/// An event, and until when it is tried.
struct Given {
    id: EventId,
    /// Empty when there is no spill.
    subject: String,
    message: Arc<Message>,
    deadline: Instant,
    /// When it has to be written to be waited for any longer.
    written_by: Instant,
}

struct UnderWay<'p> {
    given: Given,
    stage: Stage<'p>,
}

enum Stage<'p> {
    Boarded(Ticket<'p>),
    Over(Became),
    Spilling(Pin<Box<dyn Future<Output = Became> + Send + 'p>>),
}

struct Outside<'p> {
    given: Given,
    place: Pin<Box<dyn Future<Output = Option<SemaphorePermit<'p>>> + Send + 'p>>,
}

impl<'p, S> PublishAll<'p, S> {
    pub(crate) fn new(publisher: &'p Publisher, events: Pin<Box<S>>, most: usize) -> Self {
        Self {
            publisher,
            events: Some(events),
            most,
            under_way: VecDeque::new(),
            due: 0,
            spilling: 0,
            outside: None,
            alarm: None,
        }
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
                    self.take(&event);
                    self.let_in(context);
                }
            }
        }
    }

    fn take<T: EventType>(&mut self, event: &Event<T>) {
        let (now, deadline) = (Instant::now(), self.publisher.settings.deadline);
        let spilling = self.publisher.spilling.as_ref();
        let (message, error) = match Message::of(event) {
            Ok(message) => (message, None),
            Err(error) => (Message::new("", "", Properties::new("", ""), Vec::new()), Some(error)),
        };
        let given = Given {
            id: event.id(),
            subject: spilling.map(|_| event.subject().to_owned()).unwrap_or_default(),
            message: Arc::new(message),
            deadline: publisher::after(now, deadline),
            written_by: publisher::after(now, spilling.map_or(deadline, |spilling| spilling.after.min(deadline))),
        };
        match error {
            None => self.board(given, None),
            Some(error) => self.over(given, Err(PublishError::too_large(error))),
        }
    }

    fn board(&mut self, given: Given, place: Option<SemaphorePermit<'_>>) {
        match self.publisher.board(given.id, &given.message, given.deadline, place) {
            Ok(Some(ticket)) => self.under_way.push_back(UnderWay { given, stage: Stage::Boarded(ticket) }),
            Ok(None) => {
                let place = Box::pin(self.publisher.engine.flights.place());
                self.outside = Some(Outside { given, place });
            }
            Err(error) => self.over(given, Err(error)),
        }
    }

    fn over(&mut self, mut given: Given, became: Became) {
        let stage = self.after(&mut given, became);
        self.under_way.push_back(UnderWay { given, stage });
    }

    /// What follows when this became of an event.
    fn after(&mut self, given: &mut Given, became: Became) -> Stage<'p> {
        match &self.publisher.spilling {
            Some(spilling) if needs_keeping(&became) => {
                self.spilling += 1;
                let (id, subject, message) = (given.id, mem::take(&mut given.subject), Arc::clone(&given.message));
                Stage::Spilling(Box::pin(async move { spilling.catch(became, id, &subject, message).await }))
            }
            _ => Stage::Over(became),
        }
    }

    /// Boards the event that stands outside, if there is a place for it now.
    fn let_in(&mut self, context: &mut Context<'_>) {
        let Some(mut outside) = self.outside.take() else { return };
        match outside.place.as_mut().poll(context) {
            Poll::Ready(Some(place)) => self.board(outside.given, Some(place)),
            Poll::Ready(None) => self.over(outside.given, Err(PublishError::closed())),
            Poll::Pending if outside.given.deadline <= Instant::now() => {
                self.over(outside.given, Err(PublishError::withdrawn(None)));
            }
            Poll::Pending => self.outside = Some(outside),
        }
    }

    fn follow(&mut self, index: usize, became: Became) {
        // Taken out, because what follows borrows the rest.
        if let Some(mut one) = self.under_way.remove(index) {
            one.stage = self.after(&mut one.given, became);
            self.under_way.insert(index, one);
        }
    }

    /// Spills what could not be written in time, also behind an event that waits for its answer.
    fn spill(&mut self, context: &mut Context<'_>) {
        if self.publisher.spilling.is_none() {
            return;
        }
        let now = Instant::now();
        while let Some(UnderWay { given, stage }) = self.under_way.get_mut(self.due)
            && given.written_by <= now
        {
            if let Stage::Boarded(ticket) = stage
                && ticket.is_unwritten()
            {
                let became = ticket.too_late();
                self.follow(self.due, became);
            }
            self.due += 1;
        }
        if self.spilling > 0 {
            for UnderWay { stage, .. } in &mut self.under_way {
                if let Stage::Spilling(keeping) = stage
                    && let Poll::Ready(became) = keeping.as_mut().poll(context)
                {
                    *stage = Stage::Over(became);
                    self.spilling -= 1;
                }
            }
        }
    }

    /// Wakes the task at this time.
    fn wake_at(&mut self, time: Instant, context: &mut Context<'_>) {
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(time)));
        if alarm.deadline() != time {
            alarm.as_mut().reset(time);
        }
        if alarm.as_mut().poll(context).is_ready() {
            // It has passed since we looked at the clock.
            context.waker().wake_by_ref();
        }
    }
}

impl<T: EventType, S: Stream<Item = Event<T>>> Stream for PublishAll<'_, S> {
    type Item = (EventId, Result<Outcome, PublishError>);

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        this.fill(context);
        this.spill(context);
        // What has to be written by then wakes the task as well.
        let written_by = this.under_way.get(this.due).filter(|_| this.publisher.spilling.is_some());
        let written_by = written_by.map(|under_way| under_way.given.written_by);
        let Some(UnderWay { given, stage }) = this.under_way.front_mut() else {
            let Some(outside) = &this.outside else {
                return if this.events.is_none() { Poll::Ready(None) } else { Poll::Pending };
            };
            let deadline = outside.given.deadline;
            this.wake_at(deadline, context);
            return Poll::Pending;
        };
        let became = match stage {
            Stage::Boarded(ticket) => match ticket.poll_answer(context) {
                Poll::Ready(became) => became,
                Poll::Pending if given.deadline <= Instant::now() => ticket.too_late(),
                Poll::Pending => {
                    let next = written_by.map_or(given.deadline, |written_by| written_by.min(given.deadline));
                    this.wake_at(next, context);
                    return Poll::Pending;
                }
            },
            Stage::Over(became) => {
                let (id, became) = (given.id, mem::replace(became, Ok(Outcome::Unknown)));
                this.under_way.pop_front();
                this.due = this.due.saturating_sub(1);
                return Poll::Ready(Some((id, became)));
            }
            Stage::Spilling(_) => {
                if let Some(written_by) = written_by {
                    this.wake_at(written_by, context);
                }
                return Poll::Pending;
            }
        };
        this.follow(0, became);
        self.poll_next(context)
    }
}

impl<S> fmt::Debug for PublishAll<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishAll").field("under_way", &self.under_way.len()).finish_non_exhaustive()
    }
}
