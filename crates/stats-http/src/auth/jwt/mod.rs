//! Tokens that say who is asking: JSON Web Tokens (RFC 7519), signed.
//!
//! What decides is the key and never the token: a key belongs to one algorithm, and a token that names another one is refused
//! before its signature is looked at. So there is neither `none` nor a public key that is taken for a secret.

mod keys;

mod file;

mod claims;
mod token;

mod authenticator;

pub use authenticator::Jwt;
pub use keys::KeyError;
