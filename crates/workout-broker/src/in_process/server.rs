//! The server that connections share.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::broker::Broker;
use crate::in_process::connection::Connection;
use crate::in_process::state::State;
use crate::transport::Transport;

/// A broker inside this process, as the server sees it: several connections can be made to it.
///
/// It keeps its messages in memory: they end with the last handle to it, and the last [`Broker`] that it gave.
#[derive(Clone, Default)]
pub struct Server(Arc<Mutex<State>>);

impl Server {
    /// An empty server.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A connection of its own. To close it harms no other.
    #[must_use]
    pub fn connect(&self) -> Broker {
        Broker::new(self.transport())
    }

    /// What [`connect`](Self::connect) makes a broker of, for a transport of your own that changes something about it.
    #[must_use]
    pub fn transport(&self) -> impl Transport + use<> {
        Connection::to(self)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics under the lock; if it did, the queues would still be whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the messages, which may say something private.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}
