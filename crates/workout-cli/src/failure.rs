//! Why a command could not be carried out, in one line.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;

/// The command could not be carried out.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    cause: Option<io::Error>,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), cause: None }
    }

    /// A file or folder that cannot be read or written.
    pub(crate) fn at(path: &Path, cause: io::Error) -> Self {
        Self { what: path.display().to_string(), cause: Some(cause) }
    }

    /// What did not work, and everything that led to it, on one line.
    pub(crate) fn because(what: &str, cause: &dyn Error) -> Self {
        Self::new(join(what.to_owned(), Some(cause)))
    }

    pub(crate) fn is_closed_pipe(&self) -> bool {
        self.cause.as_ref().is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// An error and everything that led to it, on one line.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    join(String::new(), Some(error))
}

fn join(mut line: String, mut next: Option<&dyn Error>) -> String {
    while let Some(cause) = next {
        let said = cause.to_string().replace('\n', " ");
        // Some libraries repeat the cause in their own text.
        if line.is_empty() {
            line = said;
        } else if !line.ends_with(&said) {
            line = format!("{line}: {said}");
        }
        next = cause.source();
    }
    line
}

impl From<io::Error> for Failure {
    /// A standard stream that cannot be read or written.
    fn from(cause: io::Error) -> Self {
        Self { what: "standard stream".to_owned(), cause: Some(cause) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Some(cause) => write!(f, "{}: {cause}", self.what),
            None => f.write_str(&self.what),
        }
    }
}
