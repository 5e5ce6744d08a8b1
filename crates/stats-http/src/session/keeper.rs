//! Who is asking, by a cookie.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::HeaderValue;
use axum::http::header;
use axum::http::request::Parts;

use super::cookie;
use crate::auth::{Authenticator, Identity, Refused, Sender};

/// Takes the token of a cookie for one in the header, and leaves everything else to whoever knows tokens.
#[derive(Debug)]
pub(crate) struct Keeper(pub(crate) Arc<dyn Authenticator>);

#[async_trait]
impl Authenticator for Keeper {
    async fn authenticate(&self, request: &Parts) -> Result<Identity, Refused> {
        let token = cookie::token(request).filter(|_| !request.headers.contains_key(header::AUTHORIZATION));
        let Some(token) = token else { return self.0.authenticate(request).await };
        if !request.method.is_safe() && Sender::of(request) != Sender::Ours {
            return Err(Refused::ForeignOrigin);
        }
        self.0.authenticate(&with_token(request, token)?).await
    }
}

/// The same request, as a program would send it.
pub(super) fn with_token(request: &Parts, token: &str) -> Result<Parts, Refused> {
    let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| Refused::InvalidToken)?;
    value.set_sensitive(true);
    let mut request = request.clone();
    request.headers.insert(header::AUTHORIZATION, value);
    Ok(request)
}
