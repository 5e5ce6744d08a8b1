//! What every request needs.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use axum::http::request::Parts;
use stats_store::{StatsReader, StatsWriter};
use workout_events::UserId;

use crate::auth::{Authenticator, Grants, Identity};
use crate::health::{Figures, Part};
use crate::limit::{Client, Limiter, Places, Replays};
use crate::live::Live;
use crate::openapi::Documents;
use crate::operation::{Answers, Positions};
use crate::problem::{Code, Problem};
use crate::settings::Settings;

/// What the service is made of. A clone is another handle to the same.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) reader: Arc<dyn StatsReader>,
    pub(crate) authenticator: Arc<dyn Authenticator>,
    pub(crate) grants: Arc<dyn Grants>,
    /// Without one nothing is written.
    pub(crate) writer: Option<Arc<dyn StatsWriter>>,
    /// Whether browsers may sign in.
    pub(crate) has_sessions: bool,
    pub(crate) replays: Replays,
    pub(crate) positions: Positions,
    pub(crate) limiter: Option<Limiter>,
    pub(crate) parts: Vec<Part>,
    pub(crate) figures: Option<Figures>,
    pub(crate) answers: Answers,
    pub(crate) documents: Documents,
    pub(crate) settings: Settings,
    pub(crate) live: Live,
    /// Who takes a file.
    pub(crate) downloads: Places,
}

impl Shared {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Who sends this request, if they may.
    pub(crate) async fn admit(&self, request: &Parts) -> Result<Identity, Problem> {
        let found = self.authenticator.authenticate(request).await.map_err(Code::from);
        let user = found.as_ref().ok().and_then(Identity::user_id);
        self.count(user.map_or_else(|| Client::stranger(address(&request.extensions)), Client::User))?;
        Ok(found?)
    }

    /// Whether whoever sends this request may ask once more what everybody may ask.
    pub(crate) fn count_visitor(&self, extensions: &Extensions) -> Result<(), Problem> {
        self.count(Client::visitor(address(extensions)))
    }

    fn count(&self, client: Client) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        limiter.take(client, Instant::now()).map_err(|wait| {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            Problem::from(Code::RateLimited).retry_after(seconds)
        })
    }

    /// Whether they may see the statistics of this user. Who may not is told nothing, not even that there are some.
    pub(crate) async fn may_see(&self, viewer: &Identity, user: UserId) -> Result<(), Problem> {
        let may = viewer.is_admin()
            || match viewer.user_id() {
                None => false,
                Some(viewer) if viewer == user => true,
                Some(viewer) => self.grants.may_see(viewer, user).await.map_err(Code::from)?,
            };
        if may { Ok(()) } else { Err(Code::NotFound.into()) }
    }
}

fn address(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}

impl Deref for Shared {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
