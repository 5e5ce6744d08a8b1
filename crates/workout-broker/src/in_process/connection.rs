//! The seam: the broker inside the process as a transport.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::error::{BrokerError, Kind};
use crate::health::{Health, LinkState};
use crate::in_process::lane::InProcessLane;
use crate::in_process::reader::Reader;
use crate::in_process::server::Server;
use crate::prefetch::Prefetch;
use crate::start::Start;
use crate::topology::{Found, Part};
use crate::transport::{Answer, Transport, TransportDeliveries, TransportLane};

/// How long a question waits for a link that is being made again.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

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

    /// Whether messages can be published.
    pub(super) fn check_up(&self) -> Result<(), BrokerError> {
        match self.health().publishing.state {
            LinkState::Up | LinkState::Blocked => Ok(()),
            LinkState::Down => Err(Kind::Down.into()),
            LinkState::Closed => Err(Kind::Closed.into()),
        }
    }

    /// Waits until this holds, or it is closed.
    pub(super) async fn until(&self, holds: impl Fn(&Health) -> bool) -> Result<(), BrokerError> {
        let decided = |health: &Health| health.publishing.state == LinkState::Closed || holds(health);
        // The server outlives its connections.
        let _ = self.0.health.clone().wait_for(decided).await;
        self.check_open()
    }

    /// Waits a while for a link to ask on.
    async fn asking(&self) -> Result<(), BrokerError> {
        let up = |health: &Health| health.consuming.state == LinkState::Up;
        if up(&self.health()) {
            return Ok(());
        }
        timeout(ANSWER_TIMEOUT, self.until(up)).await.map_err(|_| Kind::Down)?
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.server.lock().disconnect(self.number);
    }
}

impl Transport for Connection {
    fn declare<'a>(&'a self, parts: &'a [Part]) -> Answer<'a, ()> {
        Box::pin(async {
            self.asking().await?;
            self.server().lock().declare(parts)
        })
    }

    fn look<'a>(&'a self, parts: &'a [Part]) -> Answer<'a, Vec<Found>> {
        Box::pin(async {
            self.asking().await?;
            Ok(self.server().lock().look(parts))
        })
    }

    fn lane(&self) -> Box<dyn TransportLane> {
        Box::new(InProcessLane::new(self.clone()))
    }

    fn consume<'a>(&'a self, queue: &'a str, prefetch: Prefetch) -> Answer<'a, Box<dyn TransportDeliveries>> {
        Box::pin(async move {
            self.asking().await?;
            let reader: Box<dyn TransportDeliveries> = Box::new(Reader::of(self.clone(), queue, None, prefetch)?);
            Ok(reader)
        })
    }

    fn consume_from<'a>(
        &'a self,
        stream: &'a str,
        start: Start,
        prefetch: Prefetch,
    ) -> Answer<'a, Box<dyn TransportDeliveries>> {
        Box::pin(async move {
            self.asking().await?;
            let reader = Reader::of(self.clone(), stream, Some(start), prefetch)?;
            Ok(Box::new(reader) as Box<dyn TransportDeliveries>)
        })
    }

    fn end_of<'a>(&'a self, stream: &'a str) -> Answer<'a, Option<u64>> {
        Box::pin(async move {
            self.asking().await?;
            self.server().lock().end_of(stream)
        })
    }

    fn depth<'a>(&'a self, queue: &'a str) -> Answer<'a, u64> {
        Box::pin(async move {
            self.asking().await?;
            let waiting = self.server().lock().waiting(queue).ok_or_else(BrokerError::not_found)?;
            Ok(u64::try_from(waiting).unwrap_or(u64::MAX))
        })
    }

    fn health(&self) -> Health {
        *self.0.health.borrow()
    }

    fn well(&self) -> Answer<'_, ()> {
        Box::pin(self.until(Health::is_well))
    }

    fn close(&self) -> Answer<'_, ()> {
        self.server().lock().close(self.number());
        Box::pin(ready(Ok(())))
    }
}
