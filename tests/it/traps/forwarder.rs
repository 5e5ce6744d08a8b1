//! A way to the broker that can be cut.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Passes bytes on while it is open.
pub(super) struct Forwarder {
    here: SocketAddr,
    there: String,
    /// With it, all connections end, and no others are accepted.
    open: Option<JoinSet<()>>,
}

impl Forwarder {
    pub(super) async fn to(there: &str) -> Self {
        let mut this = Self { here: ([127, 0, 0, 1], 0).into(), there: there.to_owned(), open: None };
        this.open().await;
        this
    }

    pub(super) fn here(&self) -> SocketAddr {
        self.here
    }

    pub(super) fn cut(&mut self) {
        self.open = None;
    }

    pub(super) async fn open(&mut self) {
        let listener = TcpListener::bind(self.here).await.unwrap();
        self.here = listener.local_addr().unwrap();
        let there = self.there.clone();
        let mut open = JoinSet::new();
        open.spawn(async move {
            let mut ways = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let there = there.clone();
                ways.spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(there).await {
                        let _ = copy_bidirectional(&mut near, &mut far).await;
                    }
                });
            }
        });
        self.open = Some(open);
    }
}
