//! How to connect to RabbitMQ.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::amqp::{Amqp, Settings};
use crate::broker::Broker;
use crate::credentials::{CredentialSource, Credentials};
use crate::error::BrokerError;
#[cfg(feature = "tls")]
use crate::tls::Tls;

/// How to connect to RabbitMQ. Made by [`Broker::builder`].
#[must_use = "nothing is connected before `connect`"]
pub struct BrokerBuilder(Settings);

impl BrokerBuilder {
    pub(crate) fn new(url: String) -> Self {
        Self(Settings { url, ..Settings::default() })
    }

    /// Whom to trust and who we are, for `amqps://`. Without it the machine decides whom to trust.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.0.tls = Some(tls);
        self
    }

    /// Reads the password from a file, for each connection anew: a password that was changed needs no restart. The URL
    /// names the user, and no password.
    pub fn password_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.credentials = CredentialSource::PasswordFile(path.into());
        self
    }

    /// Asks for user and password for each connection. It may block: it is asked on a thread for that.
    pub fn credentials<E>(mut self, ask: impl Fn() -> Result<Credentials, E> + Send + Sync + 'static) -> Self
    where
        E: Error + Send + Sync + 'static,
    {
        self.0.credentials = CredentialSource::Asked(Arc::new(move || Ok(ask()?)));
        self
    }

    /// Permits `amqp://` to another machine: the password and all messages cross the network in the clear. For networks
    /// that are safe otherwise, such as the one between the containers of one machine.
    pub fn allow_plaintext(mut self) -> Self {
        self.0.allow_plaintext = true;
        self
    }

    /// Declares no exchanges: for those who only look, and those who may only read and write.
    pub fn declare_nothing(mut self) -> Self {
        self.0.declare_nothing = true;
        self
    }

    /// Connects and declares the exchanges.
    ///
    /// # Errors
    /// As for [`Broker::connect`].
    pub async fn connect(self) -> Result<Broker, BrokerError> {
        Ok(Broker::new(Arc::new(Amqp::connect(self.0).await?)))
    }
}

/// Without the URL, which has a password in it.
impl fmt::Debug for BrokerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BrokerBuilder").field("allow_plaintext", &self.0.allow_plaintext).finish_non_exhaustive()
    }
}
