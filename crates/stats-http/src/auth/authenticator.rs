//! The seam between requests and whoever knows who sends them.

use std::fmt::Debug;

use async_trait::async_trait;
use axum::http::request::Parts;

use super::Identity;
use crate::problem::Code;

/// Finds out who is asking. Every request for somebody's statistics comes by here.
///
/// `async_trait`, because a service chooses how people sign in when it starts.
#[async_trait]
pub trait Authenticator: Debug + Send + Sync {
    /// Who sends this request.
    ///
    /// # Errors
    /// When nobody does, or nobody who is let in. The client is told the reason by a stable code.
    async fn authenticate(&self, request: &Parts) -> Result<Identity, Refused>;
}

/// Why a request is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It says of nobody that they are asking.
    #[error("nobody is asking")]
    Unauthenticated,
    /// What it says cannot be believed.
    #[error("the token is not accepted")]
    InvalidToken,
    /// What it says was true once.
    #[error("the token is no longer valid")]
    ExpiredToken,
    /// It comes from another machine.
    #[error("the request comes from another machine")]
    NotLocal,
    /// A page of another origin sends it.
    #[error("a page of another origin asks")]
    ForeignOrigin,
    /// Whoever knows cannot be asked at the moment.
    #[error("it cannot be found out who is asking")]
    Unavailable,
}

impl From<Refused> for Code {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unauthenticated => Self::Unauthenticated,
            Refused::InvalidToken => Self::InvalidToken,
            Refused::ExpiredToken => Self::ExpiredToken,
            Refused::NotLocal => Self::NotLocal,
            Refused::ForeignOrigin => Self::ForeignOrigin,
            Refused::Unavailable => Self::StoreUnavailable,
        }
    }
}
