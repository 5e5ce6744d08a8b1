//! Who we are to the broker.

use std::error::Error;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

/// A user and a password. Cannot be shown.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) user: String,
    pub(crate) password: String,
}

impl Credentials {
    /// This user with this password.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into() }
    }
}

/// The name of the user, without the password.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

pub(crate) type Asked = Result<Credentials, Box<dyn Error + Send + Sync>>;

/// Where they come from. Asked for each connection, because they may have changed.
#[derive(Clone, Default)]
pub(crate) enum CredentialSource {
    /// From the URL.
    #[default]
    Url,
    /// The user from the URL and the password from a file.
    PasswordFile(PathBuf),
    Asked(Arc<dyn Fn() -> Asked + Send + Sync>),
}

impl CredentialSource {
    /// May take its time: it is asked on a thread where that does no harm.
    pub(crate) fn ask(&self, user: &str, password: &str) -> Asked {
        match self {
            Self::Url => Ok(Credentials::new(user, password)),
            Self::PasswordFile(path) => {
                let password = fs::read_to_string(path)?;
                // Editors and `echo` end a file with a line break, and no password does.
                Ok(Credentials::new(user, password.trim_end_matches(['\r', '\n'])))
            }
            Self::Asked(ask) => ask(),
        }
    }
}
