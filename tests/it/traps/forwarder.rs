//! A way to a server that can be cut or blocked.

use std::net::SocketAddr;
use std::pin::pin;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Passes bytes on while it is open.
pub(crate) struct Forwarder {
    here: SocketAddr,
    there: String,
    /// With it, all connections end, and no others are accepted.
    open: Option<JoinSet<()>>,
    held: watch::Sender<bool>,
}

impl Forwarder {
    pub(crate) async fn to(there: &str) -> Self {
        let mut this = Self {
            here: ([127, 0, 0, 1], 0).into(),
            there: there.to_owned(),
            open: None,
            held: watch::Sender::new(false),
        };
        this.open().await;
        this
    }

    pub(crate) fn here(&self) -> SocketAddr {
        self.here
    }

    pub(crate) fn cut(&mut self) {
        self.open = None;
    }

    /// Whether nothing passes any more, although all connections stay and others are accepted.
    pub(crate) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    pub(crate) async fn open(&mut self) {
        let listener = TcpListener::bind(self.here).await.unwrap();
        self.here = listener.local_addr().unwrap();
        let (there, held) = (self.there.clone(), self.held.subscribe());
        let mut open = JoinSet::new();
        open.spawn(async move {
            let mut ways = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let (there, mut held) = (there.clone(), held.clone());
                ways.spawn(async move {
                    let Ok(mut far) = TcpStream::connect(there).await else { return };
                    let mut passing = pin!(copy_bidirectional(&mut near, &mut far));
                    loop {
                        tokio::select! {
                            _ = &mut passing => break,
                            // Nobody looks at the bytes until it is over.
                            Ok(_) = held.wait_for(|held| *held) => {}
                        }
                        let _ = held.wait_for(|held| !held).await;
                    }
                });
            }
        });
        self.open = Some(open);
    }
}
