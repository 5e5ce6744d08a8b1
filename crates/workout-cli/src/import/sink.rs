//! Where workouts go.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use stats_store::{Effect, Fact, StatsWriter};
use workout_events::types::import::ImportCompleted;
use workout_events::{Event, ImportId, UserId, WorkoutPerformed};
use workout_publisher::{Broker, Outcome, PublishError, Publisher};

use crate::failure::{Failure, with_causes};
use crate::import::report::Report;

/// How long an event may take. The link may be lost and come back meanwhile.
const DEADLINE: Duration = Duration::from_secs(30);

/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// Who says so, in the envelope.
const SOURCE: &str = "/workout-import";

pub(super) enum Sink {
    Nowhere,
    Store(Arc<dyn StatsWriter>),
    Broker(Box<(Broker, Publisher)>),
}

/// What became of a workout.
pub(super) enum Became {
    /// It is there now.
    Taken,
    /// It was there before, or something newer was.
    Known,
    Refused(String),
    /// It could not be sent, and later ones would fare no better.
    Failed(String),
}

impl Sink {
    pub(super) fn broker(broker: Broker) -> Self {
        let publisher = Publisher::builder(broker.clone()).deadline(DEADLINE).breaker(usize::MAX, DEADLINE).start();
        Self::Broker(Box::new((broker, publisher)))
    }

    /// Takes these workouts, and says what became of each, in their order.
    pub(super) async fn take(&self, workouts: Vec<WorkoutPerformed>) -> Result<Vec<Became>, Failure> {
        let events: Result<Vec<_>, _> = workouts.into_iter().map(|data| Event::new(SOURCE, data)).collect();
        let events = events.map_err(|error| Failure::because("a workout cannot be an event", &error))?;
        match self {
            Self::Nowhere => Ok(events.iter().map(|_| Became::Taken).collect()),
            Self::Store(writer) => {
                let facts: Vec<_> = events.iter().map(Fact::from).collect();
                let effects = writer.write(&facts).await.map_err(|error| Failure::because("store", &error))?;
                Ok(effects.into_iter().map(became).collect())
            }
            Self::Broker(both) => {
                let outcomes = both.1.publish_all(stream::iter(events));
                Ok(outcomes.map(|(_, outcome)| published(outcome)).collect().await)
            }
        }
    }

    /// Tells everybody that the import is complete, and leaves.
    pub(super) async fn finish(self, user: UserId, format: &str, report: &Report) -> Result<(), Failure> {
        let Self::Broker(both) = self else { return Ok(()) };
        let (broker, publisher) = *both;
        let mut told = Ok(());
        if !report.interrupted {
            let Report { created, updated, duplicate, rejected, .. } = *report;
            let data = ImportCompleted::new(ImportId::generate(), user, format, created, updated, duplicate, rejected);
            let event = Event::new(SOURCE, data).map_err(|error| Failure::because("import.completed", &error))?;
            told =
                publisher.publish(&event).await.map(drop).map_err(|error| Failure::because("import.completed", &error));
        }
        let _ = publisher.close(GOODBYE).await;
        let _ = tokio::time::timeout(GOODBYE, broker.close()).await;
        told
    }
}

fn published(outcome: Result<Outcome, PublishError>) -> Became {
    let refused = match outcome {
        Ok(Outcome::Confirmed) => return Became::Taken,
        Ok(Outcome::Returned) => "returned: no queue wants it".to_owned(),
        Ok(Outcome::Nacked) => "nacked: a queue refused it".to_owned(),
        Ok(_) => "unknown: the answer got lost, so import again".to_owned(),
        Err(error) => return Became::Failed(with_causes(&error)),
    };
    Became::Refused(refused)
}

fn became(effect: Effect) -> Became {
    match effect {
        Effect::Applied => Became::Taken,
        Effect::Duplicate | Effect::Superseded => Became::Known,
        Effect::Conflict => {
            Became::Refused("the store has another workout under its revision, and put this one aside".to_owned())
        }
        Effect::Erased => Became::Refused("the person was erased from the store".to_owned()),
        _ => Became::Refused("the store did something that this command does not know".to_owned()),
    }
}
