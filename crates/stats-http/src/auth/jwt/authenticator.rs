//! Who is asking, by a token.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use axum::http::header;
use axum::http::request::Parts;

use super::claims::Expected;
use super::file::KeyFile;
use super::keys::{Key, KeyError};
use super::token;
use crate::auth::{Authenticator, Identity, Refused};

/// Believes signed tokens in the header `Authorization: Bearer`.
///
/// A token has to have `iss`, `aud` and `exp`, and as `sub` the id of the person. Whoever has the scope `stats:admin` sees and
/// does everything. Signatures are RS256, ES256 or `EdDSA` by the keys of a file, or HS256 by a secret.
///
/// ```no_run
/// # use stats_http::{Api, Jwt};
/// # fn example(api: Api) -> Result<(), Box<dyn std::error::Error>> {
/// let api = api.authenticator(Jwt::jwks_file("/etc/stats/jwks.json", "https://login.example", "stats")?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "it is for `Api::authenticator`"]
pub struct Jwt {
    keys: Keys,
    expected: Expected,
}

#[derive(Debug)]
enum Keys {
    File(KeyFile),
    Fixed(Arc<[Key]>),
}

impl Jwt {
    /// Tokens of this issuer for this audience, signed by a key of this file (a JSON Web Key Set, RFC 7517).
    ///
    /// The file is looked at every two seconds. To change keys, put the new one beside the old one, sign with the new one, and
    /// take the old one out when its last token has expired. Whoever fetches keys from an issuer writes them into the file.
    ///
    /// # Errors
    /// When the file cannot be read or has no usable key.
    pub fn jwks_file(
        path: impl Into<PathBuf>,
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Result<Self, KeyError> {
        Ok(Self::new(Keys::File(KeyFile::open(path.into())?), issuer.into(), audience.into()))
    }

    /// Tokens of this issuer for this audience, signed by a secret that both sides know.
    ///
    /// # Errors
    /// When the secret has less than 32 bytes.
    pub fn secret(
        secret: impl AsRef<[u8]>,
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Result<Self, KeyError> {
        let keys = [Key::secret(secret.as_ref())?];
        Ok(Self::new(Keys::Fixed(keys.into()), issuer.into(), audience.into()))
    }

    /// Another scope for those who see and do everything.
    pub fn admin_scope(mut self, scope: impl Into<String>) -> Self {
        self.expected.admin_scope = scope.into();
        self
    }

    /// How far clocks may differ; 30 seconds unless it is said otherwise.
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.expected.leeway = leeway;
        self
    }

    fn new(keys: Keys, issuer: String, audience: String) -> Self {
        let (admin_scope, leeway) = ("stats:admin".to_owned(), Duration::from_secs(30));
        Self { keys, expected: Expected { issuer, audience, admin_scope, leeway } }
    }
}

#[async_trait]
impl Authenticator for Jwt {
    async fn authenticate(&self, request: &Parts) -> Result<Identity, Refused> {
        let mut said = request.headers.get_all(header::AUTHORIZATION).iter();
        let (Some(said), None) = (said.next(), said.next()) else {
            let said = request.headers.contains_key(header::AUTHORIZATION);
            return Err(if said { Refused::InvalidToken } else { Refused::Unauthenticated });
        };
        let said = said.to_str().ok().and_then(|said| said.split_once(' '));
        let (scheme, token) = said.ok_or(Refused::InvalidToken)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Refused::InvalidToken);
        }
        let keys = match &self.keys {
            Keys::File(file) => file.keys(),
            Keys::Fixed(keys) => Arc::clone(keys),
        };
        let claims = token::read(token.trim_start(), &keys).ok_or(Refused::InvalidToken)?;
        claims.identity(&self.expected, SystemTime::now())
    }
}
