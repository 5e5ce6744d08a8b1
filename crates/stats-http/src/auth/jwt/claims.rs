//! What a token says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use crate::auth::{Identity, Refused};

/// Claims that have to be there, and of the right type: a time that is a text is not taken for one that is absent.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    sub: Option<String>,
    scope: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What a token has to say to be believed.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) admin_scope: String,
    pub(super) leeway: Duration,
}

impl Claims {
    /// Whom they are about, at this moment.
    pub(super) fn identity(self, expected: &Expected, now: SystemTime) -> Result<Identity, Refused> {
        let is_for_us = match &self.aud {
            Audience::One(audience) => *audience == expected.audience,
            Audience::Several(audiences) => audiences.contains(&expected.audience),
        };
        if !is_for_us || self.iss != expected.issuer {
            return Err(Refused::InvalidToken);
        }
        let expires_at = moment(self.exp).ok_or(Refused::InvalidToken)?;
        if expires_at + expected.leeway <= now {
            return Err(Refused::ExpiredToken);
        }
        if let Some(not_before) = self.nbf {
            let not_before = moment(not_before).ok_or(Refused::InvalidToken)?;
            if not_before > now + expected.leeway {
                return Err(Refused::InvalidToken);
            }
        }
        let is_admin = self.scope.is_some_and(|scopes| scopes.split(' ').any(|scope| scope == expected.admin_scope));
        let identity = match self.sub.as_deref().map(str::parse) {
            Some(Ok(user)) if is_admin => Identity::user(user).and_admin(),
            Some(Ok(user)) => Identity::user(user),
            // A program of an operator is not a person.
            _ if is_admin => Identity::admin(),
            _ => return Err(Refused::InvalidToken),
        };
        Ok(identity.until(expires_at))
    }
}

/// Seconds since 1970, perhaps with a fraction. Beyond the year 9999 nobody means it.
fn moment(seconds: f64) -> Option<SystemTime> {
    let seconds = (0.0..253_402_300_800.0).contains(&seconds).then_some(seconds)?;
    UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
}
