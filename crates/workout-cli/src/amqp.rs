//! The broker that a command works on: which one, and how to reach it.

use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;
use tokio::runtime;
use workout_broker::{Broker, BrokerBuilder, BrokerError, Pem, Tls};

use crate::failure::Failure;

/// The options of every command that needs a broker: put them into its own with `#[command(flatten)]`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Broker")]
pub(crate) struct Amqp {
    /// The broker: `amqps://user:password@host/vhost`, where the vhost `/` is written %2f.
    ///
    /// Set the variable rather than the option where others can list the processes of the machine: the URL has a
    /// password in it.
    #[arg(long = "amqp", value_name = "URL", env = "AMQP_URL", hide_env_values = true)]
    url: Secret,

    #[command(flatten)]
    link: Link,
}

/// How a broker is reached whose URL comes from elsewhere.
#[derive(Debug, Args)]
#[command(next_help_heading = "Broker")]
pub(crate) struct Link {
    /// Reads the password from a file; the URL then has none.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Trusts the authorities in this PEM file, and none that the machine trusts.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// Shows the certificate in this PEM file to a broker that asks for one.
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,

    /// The key of that certificate, not encrypted.
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,

    /// Permits `amqp://` to another machine, which sends the password and all messages in the clear.
    #[arg(long)]
    allow_plaintext: bool,
}

impl Amqp {
    /// How to connect, or why that is not possible.
    pub(crate) fn builder(&self) -> Result<BrokerBuilder, Failure> {
        if self.url.0.is_empty() {
            let mend = "the URL of the broker is empty: give --amqp amqps://user:password@host/vhost, or set AMQP_URL";
            return Err(Failure::new(mend));
        }
        Ok(self.link.builder(&self.url))
    }

    /// The URL, which has a password in it.
    pub(crate) fn url(&self) -> &str {
        &self.url.0
    }

    /// Whether the password is elsewhere than in the URL.
    pub(crate) fn has_password_file(&self) -> bool {
        self.link.password_file.is_some()
    }

    /// Whom to trust besides or instead of those that the machine trusts.
    pub(crate) fn authority(&self) -> Option<&Path> {
        self.link.authority()
    }

    /// Whether a password may cross the network in the clear.
    pub(crate) fn allows_plaintext(&self) -> bool {
        self.link.allow_plaintext
    }
}

impl Link {
    /// Whom to trust instead of those that the machine trusts.
    pub(crate) fn authority(&self) -> Option<&Path> {
        self.ca.as_deref()
    }

    /// How to connect to the broker of this URL.
    pub(crate) fn builder(&self, url: &Secret) -> BrokerBuilder {
        let mut builder = Broker::builder(&*url.0);
        if let Some(file) = &self.password_file {
            builder = builder.password_file(file);
        }
        if let Some(tls) = self.tls() {
            builder = builder.tls(tls);
        }
        if self.allow_plaintext {
            builder = builder.allow_plaintext();
        }
        builder
    }

    fn tls(&self) -> Option<Tls> {
        let identity = self.cert.as_ref().zip(self.key.as_ref());
        if self.ca.is_none() && identity.is_none() {
            return None;
        }
        let mut tls = Tls::new();
        if let Some(ca) = &self.ca {
            tls = tls.authority(Pem::file(ca));
        }
        if let Some((certificate, key)) = identity {
            tls = tls.identity(Pem::file(certificate), Pem::file(key));
        }
        Some(tls)
    }
}

/// Connects, or says in one line why that is not possible.
pub(crate) async fn connect(builder: BrokerBuilder) -> Result<Broker, Failure> {
    builder.connect().await.map_err(|error| failure(&error))
}

/// What the broker or the link to it did not do.
pub(crate) fn failure(error: &BrokerError) -> Failure {
    Failure::because("broker", error)
}

/// Runs what a command does to its end.
pub(crate) fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::because("no threads to work on", &error))?.block_on(work)
}

/// An argument with a password in it: it can be compared, passed on, and not be shown.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
