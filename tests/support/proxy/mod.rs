//! A way to a PostgreSQL that knows its messages, and stops a client at the request of one's choice.
//!
//! A *request* is what a client waits for: everything up to a simple query or a synchronisation. Its answer is everything up
//! to the next "ready for query". A test asks for a stop before or after the n-th request from now on, and then decides what
//! is to become of it:
//!
//! ```no_run
//! # async fn example(url: &str) {
//! use support::proxy::{Place, Proxy};
//!
//! let proxy = Proxy::to(url).await;
//! let mut stop = proxy.stop(Place::After("COMMIT")); // the server has committed, the client does not know
//! // ... a client of `proxy.url()` writes ...
//! stop.reached().await.cut();
//! # }
//! ```

mod frames;
mod stop;
mod way;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use stop::{Held, Place, Stop};

/// Connections to one server, which end with this value.
pub struct Proxy {
    url: String,
    stops: Arc<stop::Stops>,
    _ways: JoinSet<()>,
}

impl Proxy {
    /// A way to the server of this URL.
    ///
    /// # Panics
    ///
    /// When this is no URL of a server, or no port is free.
    pub async fn to(url: &str) -> Self {
        let (before, server, after) = parts(url);
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await;
        let listener = listener.unwrap_or_else(|error| panic!("no port for a proxy: {error}"));
        let here = listener.local_addr().unwrap_or_else(|error| panic!("a proxy without an address: {error}"));
        let stops = Arc::new(stop::Stops::default());
        let mut ways = JoinSet::new();
        ways.spawn(accept(listener, server.to_owned(), Arc::clone(&stops)));
        Self { url: format!("{before}{here}{after}"), stops, _ways: ways }
    }

    /// The URL of the server, by this way.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the client that comes to this place first, counted from now on, and takes back a stop that was not reached.
    #[must_use]
    pub fn stop(&self, place: Place) -> Stop {
        self.stops.set(place)
    }
}

async fn accept(listener: TcpListener, server: String, stops: Arc<stop::Stops>) {
    let mut ways = JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        let (server, stops) = (server.clone(), Arc::clone(&stops));
        // That a connection ends, on whichever side, is what proxies are for.
        ways.spawn(async move { way::pass(near, &server, &stops).await.unwrap_or_default() });
        while ways.try_join_next().is_some() {}
    }
}

/// What stands before the host, the host with its port, and what stands behind.
fn parts(url: &str) -> (&str, &str, &str) {
    let scheme = url.find("://").map_or(0, |at| at + 3);
    let end = url[scheme..].find(['/', '?']).map_or(url.len(), |at| scheme + at);
    let host = url[scheme..end].rfind('@').map_or(scheme, |at| scheme + at + 1);
    (&url[..host], &url[host..end], &url[end..])
}

/// Without the URL, which may have a password in it.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn the_host_is_found_in_a_url() {
        #[track_caller]
        fn check(url: &str, want: (&str, &str, &str)) {
            assert_eq!(parts(url), want);
        }
        check("postgres://a:b@host:1/db?c=d", ("postgres://a:b@", "host:1", "/db?c=d"));
        check("postgres://host:1", ("postgres://", "host:1", ""));
    }
}
