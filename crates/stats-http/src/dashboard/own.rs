//! Somebody who changes what is their own, by a form.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use stats_store::{Effect, Fact, StatsWriter};
use workout_events::{Event, EventType, Violations};

use super::board::Dashboard;
use super::visit::{Failure, Visit};
use crate::auth::Sender;

/// Who says of events that they come from here.
const SOURCE: &str = "/stats-http";

/// A visit that may change something, which a page of ours has asked for.
///
/// The routes ask nobody who they are, so without an [`Identity`](crate::Identity) nobody may.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub(crate) visit: Visit,
    pub(crate) writer: Arc<dyn StatsWriter>,
}

/// Why what was asked for is not done.
#[derive(Debug)]
pub(crate) enum Undone {
    /// It breaks the contract of events.
    Broken(Violations),
    Failed(Failure),
}

impl Own {
    /// Writes what an event says. What does not hold afterwards is not done, and why is said.
    pub(crate) async fn say<T: EventType>(&self, data: T) -> Result<(), Undone>
    where
        for<'e> Fact: From<&'e Event<T>>,
    {
        let now = self.visit.now();
        let event = Event::builder(SOURCE, data).time(now).build().map_err(Undone::Broken)?;
        let written = self.writer.write(&[Fact::from(&event)]).await;
        let effects = written.map_err(|failed| Undone::Failed(Failure::Unwritten(failed)))?;
        let failure = match effects[..] {
            [Effect::Applied | Effect::Duplicate] => {
                // Whoever has another page open sees it there.
                self.visit.board.live.wake(self.visit.user);
                return Ok(());
            }
            [Effect::Erased] => Failure::Missing,
            [Effect::Superseded] => Failure::Overtaken,
            _ => Failure::PutAside,
        };
        Err(Undone::Failed(failure))
    }
}

impl FromRequestParts<Dashboard> for Own {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, board: &Dashboard) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, board).await?;
        if Sender::of(parts) != Sender::Ours {
            return Err(visit.site.fail(&Failure::Stranger));
        }
        match visit.writer().cloned() {
            Some(writer) => Ok(Self { visit, writer }),
            None => Err(visit.site.fail(&Failure::NotAllowed)),
        }
    }
}
