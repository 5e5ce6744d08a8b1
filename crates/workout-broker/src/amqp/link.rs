//! A connection that is made again whenever it is lost.
//!
//! A task of its own watches over each connection. Everything else asks the link for a channel of the connection that is
//! there at the moment, and notices the end of a channel by itself.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;
use lapin::{Channel, Connection, ErrorKind};
use metrics::{counter, gauge};
use tokio::sync::{Notify, watch};
use tokio::task::yield_now;
use tokio::time::{interval, sleep};
use tracing::{info, warn};

use crate::amqp::address::Address;
use crate::amqp::backoff::Backoff;
use crate::amqp::broker::{GOODBYE, answer};
use crate::error::{BrokerError, Kind};
use crate::health::{LinkHealth, LinkState};

/// How often we look whether a connection still works, should the client not have told.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(super) struct Link {
    now: watch::Receiver<Now>,
    /// Wakes the task to have a look at the connection.
    look: Arc<Notify>,
    /// The task ends when this says so, or is dropped.
    end: watch::Sender<bool>,
}

/// The connection of this moment. Each has a number of its own, its generation.
#[derive(Clone)]
struct Now {
    health: LinkHealth,
    connection: Option<Arc<Connection>>,
}

impl Link {
    /// The first connection has to succeed: a wrong URL is told to whoever starts the service.
    pub(super) async fn connect(address: Arc<Address>, name: &'static str) -> Result<Self, BrokerError> {
        let connection = address.connect(name).await?;
        let (state, now) = watch::channel(Now::up(connection, 1));
        let (end, ending) = watch::channel(false);
        let look = Arc::new(Notify::new());
        tokio::spawn(supervise(Supervised { address, name, state, look: Arc::clone(&look) }, ending));
        Ok(Self { now, look, end })
    }

    pub(super) fn health(&self) -> LinkHealth {
        self.now.borrow().health
    }

    /// A new channel, if there is a link now.
    ///
    /// After an error because the link is lost its health says so too. Without that, a caller who waits until all is well
    /// and tries again would spin, and keep the task from being run that could end it.
    pub(super) async fn channel(&self) -> Result<Channel, BrokerError> {
        let Now { health, connection } = self.now.borrow().clone();
        let error = match connection {
            Some(connection) => match answer(connection.create_channel()).await {
                Ok(channel) => return Ok(channel),
                Err(error) => {
                    if !connection.status().connected() {
                        self.look.notify_one();
                        self.until_changed(health).await;
                    }
                    error
                }
            },
            None if health.state == LinkState::Closed => Kind::Closed.into(),
            None => Kind::Down.into(),
        };
        // Also for a caller who tries again without waiting.
        yield_now().await;
        Err(error)
    }

    async fn until_changed(&self, from: LinkHealth) {
        let gone = |now: &Now| now.connection.is_none() || now.health.generation != from.generation;
        // An error means that the task has ended, which is a change.
        let _ = self.now.clone().wait_for(gone).await;
    }

    /// Waits until this holds.
    ///
    /// # Errors
    /// When the link is closed.
    pub(super) async fn until(&self, holds: impl Fn(LinkState) -> bool) -> Result<(), BrokerError> {
        let decided = |now: &Now| holds(now.health.state) || now.health.state == LinkState::Closed;
        let mut now = self.now.clone();
        match now.wait_for(decided).await {
            Ok(now) if holds(now.health.state) => Ok(()),
            Ok(_) | Err(_) => Err(Kind::Closed.into()),
        }
    }

    /// Ends the task, and the connection with the proper words.
    pub(super) async fn close(&self) -> Result<(), BrokerError> {
        let connection = self.now.borrow().connection.clone();
        self.end.send_replace(true);
        self.until(|state| state == LinkState::Closed).await?;
        let (code, text) = GOODBYE;
        match connection {
            Some(connection) if connection.status().connected() => {
                answer(async {
                    match connection.close(code, text.into()).await {
                        // A channel that was dropped just before: the client closes it when the connection is closing
                        // already, and ends that with this error. It has ended all the same.
                        Err(error) if matches!(error.kind(), ErrorKind::InvalidChannelState(..)) => Ok(()),
                        answer => answer,
                    }
                })
                .await
            }
            _ => Ok(()),
        }
    }
}

impl Now {
    fn up(connection: Connection, generation: u64) -> Self {
        Self { health: LinkHealth::new(LinkState::Up, generation), connection: Some(Arc::new(connection)) }
    }

    fn without(&self, state: LinkState) -> Self {
        Self { health: LinkHealth::new(state, self.health.generation), connection: None }
    }
}

struct Supervised {
    address: Arc<Address>,
    name: &'static str,
    state: watch::Sender<Now>,
    look: Arc<Notify>,
}

async fn supervise(link: Supervised, mut ending: watch::Receiver<bool>) {
    tokio::select! {
        () = link.stay_connected() => {}
        // Also when nobody is left who could say so.
        _ = ending.wait_for(|end| *end) => {}
    }
    link.state.send_modify(|now| *now = now.without(LinkState::Closed));
    link.tell();
}

impl Supervised {
    async fn stay_connected(&self) {
        self.tell();
        loop {
            self.until_lost().await;
            self.state.send_modify(|now| *now = now.without(LinkState::Down));
            self.tell();
            let connection = self.connect_again().await;
            self.state.send_modify(|now| *now = Now::up(connection, now.health.generation + 1));
            self.tell();
            counter!("workout_broker_reconnects_total", "link" => self.name).increment(1);
            info!(link = self.name, generation = self.state.borrow().health.generation, "the link works again");
        }
    }

    async fn until_lost(&self) {
        let Some(connection) = self.state.borrow().connection.clone() else {
            return;
        };
        let mut events = pin!(connection.events_listener());
        let mut looks = interval(LOOK_EVERY);
        let mut last = None;
        loop {
            tokio::select! {
                Some(event) = poll_fn(|context| events.as_mut().poll_next(context)) => last = Some(event),
                _ = looks.tick() => {}
                () = self.look.notified() => {}
            }
            let status = connection.status();
            if !status.connected() {
                let error = match &last {
                    Some(lapin::Event::Error(error)) => Some(error as &dyn std::error::Error),
                    _ => None,
                };
                warn!(link = self.name, error, "the link is lost");
                return;
            }
            let state = if status.blocked() { LinkState::Blocked } else { LinkState::Up };
            let changed = self.state.send_if_modified(|now| {
                let changed = now.health.state != state;
                if changed {
                    warn!(link = self.name, ?state, "the broker blocks publishers, or does no longer");
                    now.health = LinkHealth::new(state, now.health.generation);
                }
                changed
            });
            if changed {
                self.tell();
            }
        }
    }

    /// To whoever watches the figures.
    fn tell(&self) {
        let state = self.state.borrow().health.state;
        let is = |wanted: LinkState| f64::from(u8::from(state == wanted));
        gauge!("workout_broker_link_up", "link" => self.name).set(is(LinkState::Up) + is(LinkState::Blocked));
        gauge!("workout_broker_link_blocked", "link" => self.name).set(is(LinkState::Blocked));
    }

    async fn connect_again(&self) -> Connection {
        let mut backoff = Backoff::new();
        loop {
            sleep(backoff.pause()).await;
            match self.address.connect(self.name).await {
                Ok(connection) => return connection,
                Err(error) => {
                    counter!("workout_broker_failed_connects_total", "link" => self.name).increment(1);
                    warn!(link = self.name, error = &error as &dyn std::error::Error, "no link to the broker yet");
                }
            }
        }
    }
}
