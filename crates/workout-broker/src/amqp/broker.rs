//! The two links, and what belongs to both.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lapin::Channel;
use tokio::time::timeout;

use crate::amqp::address::{Address, Settings};
use crate::amqp::link::Link;
use crate::error::{BrokerError, Kind, of_client};
use crate::health::{Health, LinkState};
use crate::topology::Topology;

/// How long one question to the broker may take.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// AMQP's code for an orderly end.
pub(crate) const GOODBYE: (u16, &str) = (200, "OK");

/// A broker that blocks publishers stops reading from their connection. Consumers have one of their own, so that what
/// fills the broker can still be drained.
pub(crate) struct Amqp {
    publishing: Link,
    consuming: Link,
}

impl Amqp {
    pub(crate) async fn connect(settings: Settings) -> Result<Self, BrokerError> {
        let declare_nothing = settings.declare_nothing;
        let address = Arc::new(Address::new(settings)?);
        let publishing = Link::connect(Arc::clone(&address), "workout publishing").await?;
        let consuming = Link::connect(address, "workout consuming").await?;
        let this = Self { publishing, consuming };
        if !declare_nothing {
            this.declare(&Topology::new().parts()).await?;
        }
        Ok(this)
    }

    /// At once or not at all: what is not written yet can still be withdrawn.
    pub(crate) async fn publishing_channel(&self) -> Result<Channel, BrokerError> {
        self.publishing.channel().await
    }

    /// Whether the broker takes nothing in at the moment.
    pub(crate) fn is_blocked(&self) -> bool {
        self.publishing.health().state == LinkState::Blocked
    }

    /// Waits as long as it does not.
    pub(crate) async fn unblocked(&self) -> Result<(), BrokerError> {
        self.publishing.until(|state| state != LinkState::Blocked).await
    }

    /// Waits a while for a link that is being made again.
    pub(crate) async fn consuming_channel(&self) -> Result<Channel, BrokerError> {
        timeout(ANSWER_TIMEOUT, self.consuming_again()).await.map_err(|_| Kind::Down)??;
        self.consuming.channel().await
    }

    /// Waits until there is a link to consume on.
    pub(crate) async fn consuming_again(&self) -> Result<(), BrokerError> {
        self.consuming.until(|state| matches!(state, LinkState::Up | LinkState::Blocked)).await
    }

    pub(crate) fn health(&self) -> Health {
        Health { publishing: self.publishing.health(), consuming: self.consuming.health() }
    }

    /// Waits until both links work.
    pub(crate) async fn well(&self) -> Result<(), BrokerError> {
        while !self.health().is_well() {
            for link in [&self.publishing, &self.consuming] {
                link.until(|state| state == LinkState::Up).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn close(&self) -> Result<(), BrokerError> {
        // Both, whatever becomes of the first: nothing may go on after this.
        let (publishing, consuming) = (self.publishing.close().await, self.consuming.close().await);
        publishing.and(consuming)
    }
}

/// Without the URL, which has a password in it.
impl fmt::Debug for Amqp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Amqp")
            .field("publishing", &self.publishing.health())
            .field("consuming", &self.consuming.health())
            .finish_non_exhaustive()
    }
}

/// The broker's answer, if it comes in time.
pub(crate) async fn answer<T>(question: impl Future<Output = lapin::Result<T>>) -> Result<T, BrokerError> {
    match timeout(ANSWER_TIMEOUT, question).await {
        Ok(answer) => answer.map_err(of_client),
        Err(_) => Err(Kind::Silent.into()),
    }
}
