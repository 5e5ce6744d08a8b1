//! Giving dead letters back to the queue that they died of.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::select;
use workout_broker::{Broker, BrokerError, Delivery, Lane, Outcome};
use workout_events::amqp::Message;
use workout_events::jiff::Timestamp;

use crate::dead_letters::filter::Match;
use crate::dead_letters::pace::Pace;
use crate::dead_letters::walk::Walk;
use crate::dead_letters::{DeadLetter, Edits, End, Filter, Progress, Report};
use crate::letter::Letter;

/// How long letters may be under way.
const LIMIT: Duration = Duration::from_secs(30);

/// How many failures are enough where nobody said so. The next letters would fare no better.
const FAILURES: u64 = 10;

/// Which letters to replay, and how.
#[derive(Debug, Clone)]
#[must_use = "nothing is replayed before `DeadLetters::replay`"]
pub struct Replay {
    filter: Filter,
    per_second: Option<NonZeroU32>,
    max_failures: u64,
    edits: Option<Edits>,
}

/// Why a letter was not replayed. It is where it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotReplayed {
    /// The queue that it died of does not exist.
    #[error("there is no queue that it could go back to")]
    Returned,
    /// The queue is full.
    #[error("the queue refuses it")]
    Nacked,
    /// There was no answer. The queue may have it.
    #[error("there was no answer: the queue may have it as well")]
    Unknown,
    /// The broker refuses, or there is no link.
    #[error("it cannot be published")]
    Broker(#[source] BrokerError),
}

impl Replay {
    /// The letters that this filter means, each as it is, as fast as it goes. Ends after ten failures.
    pub fn of(filter: Filter) -> Self {
        Self { filter, per_second: None, max_failures: FAILURES, edits: None }
    }

    /// Not more than so many in a second: for a consumer that has other work.
    pub fn per_second(mut self, letters: NonZeroU32) -> Self {
        self.per_second = Some(letters);
        self
    }

    /// Ends after so many failures.
    pub fn max_failures(mut self, failures: NonZeroU32) -> Self {
        self.max_failures = failures.get().into();
        self
    }

    /// Only these letters, and with these bodies. Nothing is checked here: what no handler accepts dies again.
    pub fn edits(mut self, edits: Edits) -> Self {
        self.edits = Some(edits);
        self
    }

    /// Whether a letter is meant, and with which body.
    pub(super) fn choose(&mut self, letter: &DeadLetter, report: &mut Report) -> Choice {
        let said = self.filter.matches(letter);
        let choice = match &mut self.edits {
            Some(edits) if said == Match::Yes => match edits.take(letter) {
                Some(body) if body == letter.body() => Choice::AsItIs,
                Some(body) => Choice::Edited(body),
                None => return Choice::NotMeant,
            },
            Some(_) | None => Choice::AsItIs,
        };
        if report.counts(said) { choice } else { Choice::NotMeant }
    }
}

/// What is to become of a letter.
pub(super) enum Choice {
    NotMeant,
    AsItIs,
    Edited(Vec<u8>),
}

/// A letter on its way back.
struct Taken {
    delivery: Delivery,
    letter: DeadLetter,
    edited: Option<Vec<u8>>,
}

/// A replay that is being done.
pub(super) struct Replaying<'r, E> {
    queue: &'r str,
    walk: Walk,
    replay: Replay,
    lane: Lane,
    pace: Pace,
    report: Report,
    each: E,
}

impl<'r, E: FnMut(Progress<'_>)> Replaying<'r, E> {
    pub(super) fn new(broker: &Broker, queue: &'r str, walk: Walk, replay: Replay, each: E) -> Self {
        let (lane, pace, report) = (broker.lane(), Pace::new(replay.per_second), Report::of(walk.waiting()));
        Self { queue, walk, replay, lane, pace, report, each }
    }

    /// All of it. What was published is waited for, and then off the dead letters: a letter may be replayed twice, and never
    /// not at all.
    pub(super) async fn run(mut self, stop: impl Future<Output = ()> + Send) -> Report {
        let mut stop = pin!(stop);
        let end = loop {
            let taken = select! {
                biased;
                () = &mut stop => break End::Asked,
                taken = self.take() => taken,
            };
            let (some, end) = taken;
            if !some.is_empty() {
                select! {
                    biased;
                    () = &mut stop => break End::Asked,
                    () = self.pace.wait(some.len()) => {}
                }
                if let Err(end) = self.give_back(some).await {
                    break end;
                }
            }
            if let Some(end) = end {
                break end;
            }
        };
        self.report.end = end;
        self.report.given_back(self.walk.close().await);
        self.report
    }

    /// The next letters that go together, and why there are no more.
    async fn take(&mut self) -> (Vec<Taken>, Option<End>) {
        let mut some = Vec::new();
        while some.len() < self.pace.together() && (some.is_empty() || !self.walk.is_full()) {
            let delivery = match self.walk.next().await {
                Ok(delivery) => delivery,
                Err(end) => return (some, Some(end)),
            };
            let letter = DeadLetter::of(&delivery, self.queue);
            self.report.seen += 1;
            (self.each)(Progress::Seen { seen: self.report.seen, waiting: self.report.waiting });
            let edited = match self.replay.choose(&letter, &mut self.report) {
                Choice::NotMeant => continue,
                Choice::AsItIs => None,
                Choice::Edited(body) => Some(body),
            };
            some.push(Taken { delivery, letter, edited });
        }
        (some, None)
    }

    async fn give_back(&mut self, some: Vec<Taken>) -> Result<(), End> {
        let messages: Vec<_> = some.iter().map(|taken| Arc::new(self.message(taken))).collect();
        let became: Vec<_> = match self.lane.window(&messages, LIMIT).await {
            Ok(outcomes) => outcomes.into_iter().map(of_outcome).collect(),
            Err(error) => {
                // It is the same for all of them, and told once.
                let Some(Taken { letter, .. }) = some.first() else { return Ok(()) };
                (self.each)(Progress::Failed(letter, NotReplayed::Broker(error)));
                self.report.failed += some.len() as u64;
                return Err(End::Failures);
            }
        };
        for (Taken { delivery, letter, .. }, became) in some.into_iter().zip(became) {
            match became {
                Ok(()) => {
                    delivery.ack().await.map_err(End::Lost)?;
                    self.walk.settled();
                    self.report.done += 1;
                    (self.each)(Progress::Done(&letter));
                }
                Err(why) => {
                    self.report.failed += 1;
                    (self.each)(Progress::Failed(&letter, why));
                }
            }
        }
        if self.report.failed >= self.replay.max_failures { Err(End::Failures) } else { Ok(()) }
    }

    fn message(&self, Taken { delivery, edited, .. }: &Taken) -> Message {
        let mut message = delivery.message();
        if let Some(body) = edited {
            name(&mut message, body);
        }
        let letter = Letter::of(delivery, self.queue);
        letter.replayed(message, edited.clone(), Timestamp::now(), self.queue)
    }
}

fn of_outcome(outcome: Outcome) -> Result<(), NotReplayed> {
    match outcome {
        Outcome::Confirmed => Ok(()),
        Outcome::Returned => Err(NotReplayed::Returned),
        Outcome::Nacked => Err(NotReplayed::Nacked),
        _ => Err(NotReplayed::Unknown),
    }
}

/// The properties repeat what the body says; so they do of the new one.
fn name(message: &mut Message, body: &[u8]) {
    #[derive(Deserialize)]
    struct Named<'b> {
        #[serde(borrow)]
        id: Option<Cow<'b, str>>,
        #[serde(borrow)]
        r#type: Option<Cow<'b, str>>,
    }
    let Ok(Named { id, r#type }) = serde_json::from_slice(body) else { return };
    if let Some(id) = id {
        message.properties.message_id = id.into_owned();
    }
    if let Some(kind) = r#type {
        message.properties.kind = kind.into_owned().into();
    }
}
