//! The keys that are believed.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, ED25519_PUBLIC_KEY_LEN, RsaPublicKeyComponents, UnparsedPublicKey};
use ring::{digest, hmac};
use serde::Deserialize;
use serde_json::Value;
use tracing::warn;

/// Why keys cannot be used. Its text names no key.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct KeyError(#[from] Kind);

#[derive(Debug, thiserror::Error)]
pub(super) enum Kind {
    #[error("the file of keys cannot be read")]
    File(#[source] std::io::Error),
    #[error("the file of keys is not a JSON Web Key Set")]
    Form(#[source] serde_json::Error),
    #[error("the file of keys has no key for RS256, ES256, EdDSA or HS256")]
    Nothing,
    #[error("a secret for HS256 has at least 32 bytes")]
    Short,
}

impl KeyError {
    /// Whether it is a set of keys, and there is none in it that can be used.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self.0, Kind::Nothing)
    }
}

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Hs256,
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "HS256" => Some(Self::Hs256),
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// A key, which belongs to one algorithm.
pub(super) struct Key {
    id: Option<String>,
    secret: Secret,
}

enum Secret {
    Hmac(hmac::Key),
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// As a file has it (RFC 7517).
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    r#use: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    k: Option<String>,
}

/// The shortest secret: as many bytes as the digest has.
const SECRET_BYTES: usize = digest::SHA256_OUTPUT_LEN;

/// The shortest modulus: 2048 bits.
const MODULUS_BYTES: usize = 2_048 / 8;

impl Key {
    /// A secret that both sides know.
    pub(super) fn secret(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.len() < SECRET_BYTES {
            return Err(Kind::Short.into());
        }
        Ok(Self { id: None, secret: Secret::Hmac(hmac::Key::new(hmac::HMAC_SHA256, secret)) })
    }

    /// The keys of a JSON Web Key Set. Those for something else are passed over, and so are those that are too short.
    pub(super) fn set(text: &[u8]) -> Result<Vec<Self>, KeyError> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let set: Set = serde_json::from_slice(text).map_err(Kind::Form)?;
        let all = set.keys.len();
        let keys: Vec<_> = set.keys.into_iter().filter_map(Self::of).collect();
        if keys.len() < all {
            warn!(
                skipped = all - keys.len(),
                "keys are passed over: they are for another use or algorithm, or too short"
            );
        }
        if keys.is_empty() { Err(Kind::Nothing.into()) } else { Ok(keys) }
    }

    fn of(jwk: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(jwk).ok()?;
        if jwk.r#use.as_deref().is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        let secret = match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => {
                let (n, e) = (bytes(jwk.n)?, bytes(jwk.e)?);
                let significant = n.iter().skip_while(|byte| **byte == 0).count();
                (significant >= MODULUS_BYTES).then_some(Secret::Rsa { n, e })?
            }
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes(jwk.x)?, bytes(jwk.y)?);
                (x.len() == 32 && y.len() == 32).then(|| Secret::P256([&[4], &x[..], &y[..]].concat()))?
            }
            ("OKP", Some("Ed25519")) => {
                let x = bytes(jwk.x)?;
                (x.len() == ED25519_PUBLIC_KEY_LEN).then_some(Secret::Ed25519(x))?
            }
            ("oct", _) => Self::secret(&bytes(jwk.k)?).ok()?.secret,
            _ => return None,
        };
        let key = Self { id: jwk.kid, secret };
        jwk.alg.is_none_or(|name| Algorithm::of(&name) == Some(key.algorithm())).then_some(key)
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        match self.secret {
            Secret::Hmac(_) => Algorithm::Hs256,
            Secret::Rsa { .. } => Algorithm::Rs256,
            Secret::P256(_) => Algorithm::Es256,
            Secret::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Whether a token that names this key, or none, may be signed by it.
    pub(super) fn is_meant(&self, id: Option<&str>) -> bool {
        id.is_none() || self.id.is_none() || self.id.as_deref() == id
    }

    pub(super) fn has_signed(&self, message: &[u8], signed: &[u8]) -> bool {
        match &self.secret {
            Secret::Hmac(key) => hmac::verify(key, message, signed).is_ok(),
            Secret::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signed).is_ok()
            }
            Secret::P256(key) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, key).verify(message, signed).is_ok()
            }
            Secret::Ed25519(key) => UnparsedPublicKey::new(&signature::ED25519, key).verify(message, signed).is_ok(),
        }
    }
}

/// Without the secret.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}
