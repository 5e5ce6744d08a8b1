//! The person who changes something.

use std::sync::Arc;

use axum::http::request::Parts;
use stats_store::{AsOf, Effect, Fact, StatsWriter};
use workout_events::{EventType, UserId};

use super::Person;
use crate::limit::IdempotencyKey;
use crate::problem::{Code, Problem};
use crate::state::Shared;

/// Who says of events that they come from here.
const SOURCE: &str = "/stats-http";

/// A person about whom something is to be written, by themselves or by an admin.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) person: Person,
    pub(crate) key: Option<IdempotencyKey>,
    writer: Arc<dyn StatsWriter>,
}

impl Owner {
    /// Looks up whom this request is about. Whoever may only see is told that it is not allowed.
    pub(crate) async fn asking(
        shared: &Shared,
        request: &Parts,
        user: &str,
        key: Option<IdempotencyKey>,
    ) -> Result<Self, Problem> {
        let person = Person::seen_by(shared, request, user, None).await?;
        if !person.viewer.is_admin() && person.viewer.user_id() != Some(person.user) {
            return Err(Code::Forbidden.into());
        }
        let writer = shared.writer.clone().ok_or(Code::NotFound)?;
        Ok(Self { person, key, writer })
    }

    pub(crate) fn user(&self) -> UserId {
        self.person.user
    }

    /// Writes what an event says, and answers the moment at which it is known.
    ///
    /// With an idempotency key the id of the event follows from it, so that a request which is sent again, to whichever
    /// process, is the same event.
    pub(crate) async fn say<T: EventType>(&self, data: T) -> Result<AsOf, Problem>
    where
        for<'e> Fact: From<&'e workout_events::Event<T>>,
    {
        let mut event = workout_events::Event::builder(SOURCE, data);
        if let Some(key) = &self.key {
            event = event.id(key.event_id(self.user()));
        }
        let event = event.build().map_err(|violations| Problem::violations(violations.as_slice()))?;
        for effect in self.writer.write(&[Fact::from(&event).of_caller()]).await? {
            match effect {
                Effect::Conflict => return Err(Code::IdempotencyKeyReused.into()),
                Effect::Erased => return Err(Code::NotFound.into()),
                _ => {}
            }
        }
        self.person.shared.live.wake(self.user());
        Ok(self.person.shared.reader.lifetime(self.user()).await?.as_of)
    }
}
