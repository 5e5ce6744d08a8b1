//! From a text to what it says, if one of our keys has signed it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::claims::Claims;
use super::keys::{Algorithm, Key};

/// Longer ones are not even decoded.
const MAX_BYTES: usize = 8 * 1024;

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that one has to understand. We understand none.
    crit: Option<IgnoredAny>,
}

/// What the token says; `None` when none of the keys has signed it.
pub(super) fn read(token: &str, keys: &[Key]) -> Option<Claims> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let header: Header = part(header)?;
    if header.crit.is_some() {
        return None;
    }
    let algorithm = Algorithm::of(&header.alg)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let mut candidates = keys.iter().filter(|key| key.algorithm() == algorithm && key.is_meant(header.kid.as_deref()));
    candidates.any(|key| key.has_signed(message.as_bytes(), &signature)).then(|| part(claims))?
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}
