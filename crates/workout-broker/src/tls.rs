//! How to know the broker, and to be known by it.

use std::fmt;
use std::path::PathBuf;

/// Whom to trust, and who we are, where the URL is `amqps://`.
///
/// Without any of this the broker has to have a certificate that the machine trusts, and learns who we are from the
/// password alone. There is no way to switch the checks off.
///
/// Files are read again for each connection, so a certificate that was renewed needs no restart.
#[derive(Debug, Clone, Default)]
#[must_use = "it is used by `BrokerBuilder::tls`"]
pub struct Tls {
    pub(crate) authority: Option<Pem>,
    /// The certificate and its key.
    pub(crate) identity: Option<(Pem, Pem)>,
}

impl Tls {
    /// What the machine trusts, and no certificate of our own.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts these authorities, and none of those that the machine trusts.
    pub fn authority(mut self, certificates: Pem) -> Self {
        self.authority = Some(certificates);
        self
    }

    /// Shows this certificate, with those that lead from it to its authority, to a broker that asks for one. The key is
    /// not encrypted: PKCS#8, PKCS#1 or SEC1.
    pub fn identity(mut self, certificate: Pem, key: Pem) -> Self {
        self.identity = Some((certificate, key));
        self
    }
}

/// Certificates or a key as text: `-----BEGIN CERTIFICATE-----`.
#[derive(Clone)]
pub struct Pem(pub(crate) Source);

#[derive(Clone)]
pub(crate) enum Source {
    File(PathBuf),
    Text(Vec<u8>),
}

impl Pem {
    /// In a file, which is read for each connection.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// In memory.
    #[must_use]
    pub fn text(text: impl Into<Vec<u8>>) -> Self {
        Self(Source::Text(text.into()))
    }
}

/// Without the text, which may be a key.
impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::File(path) => f.debug_tuple("Pem").field(path).finish(),
            Source::Text(_) => f.write_str("Pem"),
        }
    }
}
