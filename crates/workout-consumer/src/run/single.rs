//! One message after another, or several at the same time.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};
use tracing::{Instrument, debug_span, field};
use workout_broker::Delivery;

use crate::handler::{Class, Context, Failure, Layers, Next, Ready, Verdict};
use crate::letter::{Death, Letter};
use crate::read::{Read, Readers};
use crate::retries::{MOMENT, Step, moment};
use crate::run::crew::Work;
use crate::run::figures;
use crate::run::gate::Waited;
use crate::run::guard::guarded;
use crate::run::report::Tally;
use crate::run::shared::{Shared, Worked};
use crate::run::subjects::{Subjects, Turn};

/// Handlers of single events.
pub(crate) struct OneByOne<S> {
    shared: Arc<Shared>,
    readers: Readers<Ready<S>>,
    layers: Layers<S>,
    state: Arc<S>,
    /// Where those that are about the same follow one another: many wait then, and only so many are handled.
    order: Option<(Subjects, Semaphore)>,
}

/// A message that has been read.
struct Message<S> {
    delivery: Delivery,
    letter: Letter,
    read: Read<Ready<S>>,
}

impl<S: Send + Sync + 'static> OneByOne<S> {
    pub(crate) fn new(shared: &Arc<Shared>, readers: Readers<Ready<S>>, layers: Layers<S>, state: Arc<S>) -> Arc<Self> {
        let places = || (Subjects::default(), Semaphore::new(shared.settings.concurrency));
        let order = shared.settings.by_subject.then(places);
        Arc::new(Self { shared: Arc::clone(shared), readers, layers, state, order })
    }

    fn read(&self, delivery: &Delivery) -> Read<Ready<S>> {
        self.readers.read(&self.shared.settings.decoder, delivery)
    }

    async fn work_on(&self, message: Message<S>, turn: Option<Turn>) -> Worked {
        let mut turn = turn;
        if let Some(turn) = &mut turn {
            turn.come().await;
        }
        let _place = match &self.order {
            // It is never closed.
            Some((_, places)) => places.acquire().await.ok(),
            None => None,
        };
        if turn.is_some() && self.shared.gives_back() {
            // The one before it may be what is given back, and comes first.
            return self.shared.give_back(1);
        }
        let Message { delivery, letter, read } = message;
        if delivery.is_lost() {
            // It comes again, and what comes before it too.
            return Worked::of(Tally { left: 1, ..Tally::default() });
        }
        let tally = match read {
            Ok((ready, _)) => match self.shared.crashed(&delivery, || letter.attempts) {
                Some(death) => self.shared.bury(delivery, &letter, death).await,
                None => return self.handle(delivery, letter, ready).await,
            },
            // Most of a history is about somebody else's business.
            Err(unread) if self.shared.history && unread.is_of_another_type() => {
                self.shared.tally(delivery.ack().await, Tally::default())
            }
            Err(unread) => self.shared.bury(delivery, &letter, unread.death(&letter)).await,
        };
        Worked::of(tally)
    }

    /// Until the handler has answered for good.
    async fn handle(&self, delivery: Delivery, letter: Letter, ready: Ready<S>) -> Worked {
        let said = ready.about.time;
        let (mut attempts, mut next, mut outage) = (letter.attempts, Some(ready), None);
        loop {
            // What was read is given away with each attempt.
            let read = next.take().map_or_else(|| self.read(&delivery).map(|(ready, _)| ready), Ok);
            let ready = match read {
                Ok(ready) => ready,
                Err(unread) => {
                    let death = Death { attempts, ..unread.death(&letter) };
                    return Worked::of(self.shared.bury(delivery, &letter, death).await);
                }
            };
            let asks = !self.shared.gate.is_open();
            let answer = self.attempt(ready, attempts + 1).await;
            if let Err(failure) = &answer
                && failure.class() == Class::Unavailable
            {
                match self.shared.gate.shut(&mut outage, failure, self.shared.hold()).await {
                    Waited::Again => continue,
                    Waited::TooLong => return self.shared.let_go(delivery, &letter).await,
                    Waited::Ending => return self.shared.give_back(1),
                }
            }
            outage = None;
            if asks {
                self.shared.gate.reopen();
            }
            attempts += 1;
            let tally = match answer {
                Ok(()) => {
                    figures::lag(&self.shared.name, said);
                    self.shared.tally(delivery.ack().await, Tally { handled: 1, ..Tally::default() })
                }
                Err(failure) if self.shared.step(&failure, attempts) == Step::AtOnce => {
                    sleep(moment(attempts)).await;
                    continue;
                }
                Err(failure) => self.shared.fail(delivery, &letter, attempts, &failure).await,
            };
            return Worked::of(tally);
        }
    }

    /// One attempt of the handler, with all that is around it.
    async fn attempt(&self, ready: Ready<S>, attempt: u32) -> Result<(), Failure> {
        let limit = self.shared.settings.limit;
        let about = Arc::clone(&ready.about);
        let span = debug_span!(
            "consume",
            queue = &*self.shared.name,
            event.id = %about.id,
            event.r#type = about.event_type,
            traceparent = about.traceparent,
            attempt,
            outcome = field::Empty
        );
        let started = Instant::now();
        let next = match self.shared.settings.retries.after(attempt) {
            Step::AtOnce => Some(MOMENT),
            Step::After(delay) => Some(delay),
            Step::GiveUp => None,
        };
        let context = Context { state: Arc::clone(&self.state), about, attempt, next, deadline: started + limit };
        let handling = async {
            match Next::new(&self.layers, ready).run(context).await {
                Verdict::Done => Ok(()),
                Verdict::Failed(failure) => Err(failure),
            }
        };
        let (answer, ended) = guarded(limit, handling).instrument(span.clone()).await;
        let outcome = figures::attempted(&self.shared.name, answer.as_ref().err(), ended, started.elapsed());
        span.record("outcome", outcome);
        answer
    }
}

impl<S: Send + Sync + 'static> Work for OneByOne<S> {
    fn size(&self) -> usize {
        1
    }

    fn within(&self) -> Duration {
        Duration::ZERO
    }

    fn at_once(&self) -> usize {
        if self.order.is_some() { usize::from(u16::MAX) } else { self.shared.settings.concurrency }
    }

    fn start(self: Arc<Self>, messages: Vec<Delivery>) -> Pin<Box<dyn Future<Output = Worked> + Send>> {
        // Read and lined up before the next message comes.
        let read = |delivery: Delivery| {
            let (letter, read) = (Letter::of(&delivery, &self.shared.name), self.read(&delivery));
            let subject = read.as_ref().ok().map(|(ready, _)| ready.about.subject.clone());
            let turn = self.order.as_ref().zip(subject).map(|((subjects, _), subject)| subjects.line_up(&subject));
            (Message { delivery, letter, read }, turn)
        };
        let messages: Vec<_> = messages.into_iter().map(read).collect();
        Box::pin(async move {
            let mut all = Worked::default();
            for (message, turn) in messages {
                all.add(self.work_on(message, turn).await);
            }
            all
        })
    }
}
