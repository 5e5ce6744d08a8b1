//! Being asked to end.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C, and on Unix SIGTERM. From its making on, neither ends the process by itself.
#[cfg(unix)]
pub(crate) struct Requests(Signal, Signal);

#[cfg(unix)]
impl Requests {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    /// The next request to end.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
pub(crate) struct Requests;

#[cfg(not(unix))]
impl Requests {
    #[expect(clippy::unnecessary_wraps, reason = "the other implementation can fail")]
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// The next request to end.
    pub(crate) async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
