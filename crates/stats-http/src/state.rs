//! What every request needs.

use std::ops::Deref;
use std::sync::Arc;

use axum::http::request::Parts;
use stats_store::StatsReader;
use workout_events::UserId;

use crate::auth::{Authenticator, Grants, Identity};
use crate::openapi::Documents;
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
    pub(crate) documents: Documents,
    pub(crate) settings: Settings,
}

impl Shared {
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// Who sends this request, if they may.
    pub(crate) async fn admit(&self, request: &Parts) -> Result<Identity, Problem> {
        Ok(self.authenticator.authenticate(request).await.map_err(Code::from)?)
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

impl Deref for Shared {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
