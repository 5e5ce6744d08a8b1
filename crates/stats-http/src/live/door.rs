//! Whether somebody may go on listening.

use std::time::SystemTime;

use axum::http::request::Parts;
use workout_events::UserId;

use crate::auth::{Identity, Refused};
use crate::limit::Places;
use crate::problem::Code;
use crate::session;
use crate::state::Shared;

/// What was asked when a stream was opened, to be asked again.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    shared: Shared,
    request: Parts,
    viewer: Identity,
    user: UserId,
}

impl Door {
    /// Of somebody who was let in by this request, to see this user.
    pub(crate) fn new(shared: Shared, request: Parts, viewer: Identity, user: UserId) -> Self {
        Self { shared, request, viewer, user }
    }

    /// Until when the viewer is known.
    pub(super) fn until(&self) -> Option<SystemTime> {
        self.viewer.expires_at()
    }

    /// That of the browser in which somebody has signed in.
    pub(super) fn token(&self) -> Option<&str> {
        session::token(&self.request)
    }

    pub(crate) fn viewer(&self) -> &Identity {
        &self.viewer
    }

    /// Who takes a file through it, and through all others of the service.
    pub(crate) fn downloads(&self) -> &Places {
        &self.shared.downloads
    }

    /// Why they would be refused now, if they would. That somebody cannot be asked is no reason to send anybody away.
    pub(crate) async fn refuses(&self) -> Option<Code> {
        match self.shared.authenticator.authenticate(&self.request).await {
            Err(Refused::Unavailable) => return None,
            Err(refused) => return Some(refused.into()),
            Ok(viewer) if viewer.user_id() != self.viewer.user_id() => return Some(Code::InvalidToken),
            Ok(viewer) if viewer.is_admin() => return None,
            Ok(_) => {}
        }
        match self.viewer.user_id() {
            Some(viewer) if viewer == self.user => None,
            Some(viewer) => match self.shared.grants.may_see(viewer, self.user).await {
                Ok(true) | Err(Refused::Unavailable) => None,
                Ok(false) => Some(Code::NotFound),
                Err(refused) => Some(refused.into()),
            },
            None => Some(Code::NotFound),
        }
    }
}
