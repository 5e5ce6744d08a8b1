//! The seam: the broker inside the process as a transport.

use std::future::ready;
use std::sync::Arc;

use tokio::sync::watch;

use crate::error::{BrokerError, Kind};
use crate::health::{Health, LinkState};
use crate::in_process::lane::InProcessLane;
use crate::in_process::reader::Reader;
use crate::in_process::server::Server;
use crate::prefetch::Prefetch;
use crate::topology::Queue;
use crate::transport::{Answer, Transport, TransportDeliveries, TransportLane};

/// One connection to a server; its lanes and readers have it in common.
#[derive(Debug, Clone)]
pub(super) struct Connection(Arc<Line>);

#[derive(Debug)]
struct Line {
    server: Server,
    number: u64,
    health: watch::Receiver<Health>,
}

impl Connection {
    pub(super) fn to(server: &Server) -> Self {
        let (number, health) = server.lock().connect();
        Self(Arc::new(Line { server: server.clone(), number, health }))
    }

    pub(super) fn server(&self) -> &Server {
        &self.0.server
    }

    /// By which the server knows it.
    pub(super) fn number(&self) -> u64 {
        self.0.number
    }

    pub(super) fn check_open(&self) -> Result<(), BrokerError> {
        let closed = self.health().publishing.state == LinkState::Closed;
        if closed { Err(Kind::Closed.into()) } else { Ok(()) }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.server.lock().disconnect(self.number);
    }
}

impl Transport for Connection {
    fn declare<'a>(&'a self, queue: &'a Queue) -> Answer<'a, ()> {
        let declared = self.check_open().and_then(|()| self.server().lock().declare(queue));
        Box::pin(ready(declared))
    }

    fn lane(&self) -> Box<dyn TransportLane> {
        Box::new(InProcessLane::new(self.clone()))
    }

    fn consume<'a>(&'a self, queue: &'a str, prefetch: Prefetch) -> Answer<'a, Box<dyn TransportDeliveries>> {
        let reader = self.check_open().and_then(|()| Reader::of(self.clone(), queue, prefetch));
        Box::pin(ready(reader.map(|reader| Box::new(reader) as Box<dyn TransportDeliveries>)))
    }

    fn health(&self) -> Health {
        *self.0.health.borrow()
    }

    fn well(&self) -> Answer<'_, ()> {
        Box::pin(async {
            let decided = |health: &Health| health.is_well() || health.publishing.state == LinkState::Closed;
            // The server outlives its connections.
            let _ = self.0.health.clone().wait_for(decided).await;
            self.check_open()
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        self.server().lock().close(self.number());
        Box::pin(ready(Ok(())))
    }
}
