//! The loop that accepts connections.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use tracing::warn;

use super::connections::Connections;

/// How connections are served: `axum::serve` waits for headers without end, keeps any number of connections, and ends only
/// when the last one does.
#[derive(Debug, Clone)]
#[must_use = "nothing is served before `serve`"]
pub struct Server {
    pub(super) headers_within: Duration,
    pub(super) taken_within: Duration,
    pub(super) end_within: Duration,
    connections: usize,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            headers_within: Duration::from_secs(10),
            taken_within: Duration::from_secs(30),
            end_within: Duration::from_secs(10),
            connections: 16_384,
        }
    }
}

impl Server {
    /// A server with 10 seconds for the headers of a request, 30 for a client to take something of its answer, 10 for requests to end after the signal, and 16,384 connections.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long a client may take for the headers of a request, and how long a connection may be idle between two.
    pub fn headers_within(mut self, limit: Duration) -> Self {
        self.headers_within = limit;
        self
    }

    /// How long a client may take nothing of an answer that it is sent. Who reads slowly is not cut off, who does not read at
    /// all is. A connection of HTTP/2 on which nothing is asked for as long ends as well.
    pub fn taken_within(mut self, limit: Duration) -> Self {
        self.taken_within = limit;
        self
    }

    /// How long requests may take to end after the signal. What is left is cut off.
    pub fn end_within(mut self, limit: Duration) -> Self {
        self.end_within = limit;
        self
    }

    /// How many connections there are at a time. Others wait in the queue of the system.
    pub fn connections(mut self, most: usize) -> Self {
        self.connections = most.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Serves until `shutdown` is ready, and then until the requests under way have ended.
    ///
    /// Each request says where it comes from (`ConnectInfo<SocketAddr>`), which [`loopback_only`](crate::loopback_only) and
    /// the limit for each client need. HTTP/1.1 and HTTP/2 with prior knowledge are spoken.
    ///
    /// # Errors
    /// When the listener has no address. A connection that fails ends alone, and so does a failed attempt to accept one.
    pub async fn serve(
        self,
        listener: TcpListener,
        router: Router,
        shutdown: impl Future<Output = ()>,
    ) -> io::Result<()> {
        listener.local_addr()?;
        let places = Arc::new(Semaphore::new(self.connections));
        let mut connections = Connections::new(&self, router);
        tokio::pin!(shutdown);
        loop {
            let next = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, listener.accept().await)
            };
            tokio::select! {
                () = &mut shutdown => break,
                (place, accepted) = next => match (place, accepted) {
                    (Ok(place), Ok((stream, from))) => connections.serve(stream, from, place),
                    (_, Err(error)) => wait_out(&error).await,
                    (Err(_), _) => break,
                },
            }
        }
        // Whoever connects from now on is refused by the system instead of waiting for nobody.
        drop(listener);
        connections.end().await;
        Ok(())
    }
}

/// Serves as [`Server`] does when it is told nothing.
///
/// # Errors
/// As [`Server::serve`].
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    Server::new().serve(listener, router, shutdown).await
}

/// A client that went away again is nothing. Without file descriptors the next attempt would fail at once as well.
async fn wait_out(error: &io::Error) {
    let is_gone = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    );
    if !is_gone {
        warn!(error = error as &dyn std::error::Error, "a connection cannot be accepted");
        sleep(Duration::from_millis(100)).await;
    }
}
