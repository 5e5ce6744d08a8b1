//! The dead letters of a queue.

use std::fmt;
use std::pin::pin;

use tokio::select;
use workout_broker::{Broker, Queue};
use workout_events::{Accepted, DecodeError, Registry};

use crate::dead_letters::discard::discard;
use crate::dead_letters::replay::{Choice, Replaying};
use crate::dead_letters::walk::{MOST, Walk};
use crate::dead_letters::{DeadLetter, DeadLetterError, End, Filter, Progress, Reading, Replay, Report};

/// The dead letters of a queue: why each is dead, and a second life for those that deserve one.
///
/// While they are looked at nobody else sees them. Letters that die meanwhile are not looked at: they come later. What is
/// given back keeps its order if all of it was looked at.
#[derive(Clone)]
#[must_use = "nothing is read before one of its methods is called"]
pub struct DeadLetters {
    broker: Broker,
    queue: String,
    dead: String,
    most: usize,
}

impl DeadLetters {
    /// The dead letters of a consumer of this queue, by the name of the queue and not of that of its dead letters.
    pub fn new(broker: &Broker, queue: impl Into<String>) -> Self {
        let queue = queue.into();
        let dead = Queue::new(&*queue).dead_letter_name();
        Self { broker: broker.clone(), queue, dead, most: MOST }
    }

    /// Holds at most so many letters at a time, 50,000 unless fewer are wanted. What is replayed or thrown away is not
    /// held.
    pub fn hold(mut self, letters: usize) -> Self {
        self.most = letters;
        self
    }

    /// Reads the letters that this filter means, and gives all of them back at the end.
    ///
    /// # Errors
    /// When there is no such queue, the link does not work, or the broker refuses.
    pub async fn read(&self, filter: Filter) -> Result<Reading, DeadLetterError> {
        Ok(Reading::new(self.walk().await?, &self.queue, filter))
    }

    /// The first letter that this filter means. The others are looked at all the same, so that their order stays.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub async fn find(&self, filter: Filter) -> Result<Option<DeadLetter>, DeadLetterError> {
        let mut reading = self.read(filter).await?;
        let mut found = None;
        while let Some(letter) = reading.next().await.transpose()? {
            found.get_or_insert(letter);
        }
        let _ = reading.close().await?;
        Ok(found)
    }

    /// Says of each letter that is meant what a reader with this registry would say, with the body that it would be
    /// replayed with. Changes nothing.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub async fn rehearse(
        &self,
        mut replay: Replay,
        registry: &Registry,
        stop: impl Future<Output = ()> + Send,
        mut each: impl FnMut(&DeadLetter, Result<Accepted, DecodeError>),
    ) -> Result<Report, DeadLetterError> {
        let mut stop = pin!(stop);
        let mut walk = self.walk().await?;
        let mut report = Report::of(walk.waiting());
        report.end = loop {
            let next = select! {
                biased;
                () = &mut stop => break End::Asked,
                next = walk.next() => next,
            };
            let letter = match next {
                Ok(delivery) => DeadLetter::of(&delivery, &self.queue),
                Err(end) => break end,
            };
            report.seen += 1;
            match replay.choose(&letter, &mut report) {
                Choice::NotMeant => {}
                Choice::AsItIs => each(&letter, registry.read(letter.body())),
                Choice::Edited(body) => each(&letter, registry.read(&body)),
            }
        };
        report.given_back(walk.close().await);
        Ok(report)
    }

    /// Publishes the letters that are meant to their queue, as if they had never been tried, and takes each off the dead
    /// letters once its queue has it. Where they came from originally and what became of them is kept.
    ///
    /// It ends early when `stop` is ready; what was not replayed by then stays. Whoever drops the future may find letters
    /// in both queues, as after a crash: a letter is replayed twice rather than not at all.
    ///
    /// # Errors
    /// When nothing was done: there is no such queue, the link does not work, or the broker refuses. What came later is
    /// in the report.
    pub async fn replay(
        &self,
        replay: Replay,
        stop: impl Future<Output = ()> + Send,
        each: impl FnMut(Progress<'_>),
    ) -> Result<Report, DeadLetterError> {
        let walk = self.walk().await?;
        Ok(Replaying::new(&self.broker, &self.queue, walk, replay, each).run(stop).await)
    }

    /// Throws away the letters that are meant, for good.
    ///
    /// It ends early when `stop` is ready; what was not thrown away by then stays.
    ///
    /// # Errors
    /// As for [`replay`](Self::replay).
    pub async fn discard(
        &self,
        filter: Filter,
        stop: impl Future<Output = ()> + Send,
        each: impl FnMut(Progress<'_>),
    ) -> Result<Report, DeadLetterError> {
        Ok(discard(self.walk().await?, &self.queue, &filter, stop, each).await)
    }

    async fn walk(&self) -> Result<Walk, DeadLetterError> {
        let walk = Walk::begin(&self.broker, &self.dead, self.most).await;
        walk.map_err(|error| DeadLetterError::of(&self.dead, error))
    }
}

impl fmt::Debug for DeadLetters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetters").field("queue", &self.queue).finish_non_exhaustive()
    }
}
