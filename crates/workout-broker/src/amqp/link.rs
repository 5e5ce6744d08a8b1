//! The two connections.

use std::fmt;
use std::slice;
use std::time::Duration;

use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Channel, Connection, ConnectionProperties};
use tokio::sync::Mutex;
use tokio::time::timeout;
use workout_events::amqp::Message;

use crate::amqp::publish::Track;
use crate::error::{BrokerError, Kind, of_client};
use crate::outcome::Outcome;

/// How long one question to the broker may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// AMQP's code for an orderly end.
pub(crate) const GOODBYE: (u16, &str) = (200, "OK");

/// A broker that blocks publishers stops reading from their connection. Consumers have one of their own, so that what
/// fills the broker can still be drained.
pub(crate) struct Amqp {
    publishing: Connection,
    consuming: Connection,
    /// For who publishes without a lane.
    shared: Mutex<Track>,
}

impl Amqp {
    pub(crate) async fn connect(url: &str) -> Result<Self, BrokerError> {
        // The parser's own reason is dropped: it repeats parts of the URL, which may be the password.
        let uri: AMQPUri =
            url.parse().map_err(|_| Kind::Url("it is not of the form amqp://user:password@host/vhost"))?;
        if uri.scheme == AMQPScheme::AMQPS {
            return Err(Kind::Url("this version does not speak TLS, and does not do without it in secret").into());
        }
        let publishing = connection(&uri, "workout publishing").await?;
        let consuming = connection(&uri, "workout consuming").await?;
        let this = Self { publishing, consuming, shared: Mutex::default() };
        this.declare_exchanges().await?;
        Ok(this)
    }

    pub(crate) async fn publish(&self, message: &Message, limit: Duration) -> Result<Outcome, BrokerError> {
        let outcomes = self.shared.lock().await.window(self, slice::from_ref(message), limit).await?;
        Ok(outcomes.first().copied().unwrap_or(Outcome::Unknown))
    }

    pub(crate) async fn publishing_channel(&self) -> Result<Channel, BrokerError> {
        answer(self.publishing.create_channel()).await
    }

    pub(crate) async fn consuming_channel(&self) -> Result<Channel, BrokerError> {
        answer(self.consuming.create_channel()).await
    }

    pub(crate) async fn close(&self) -> Result<(), BrokerError> {
        let (code, text) = GOODBYE;
        // Waits for a publish that is under way.
        if let Some(channel) = self.shared.lock().await.take() {
            answer(channel.close(code, text.into())).await?;
        }
        for connection in [&self.publishing, &self.consuming] {
            answer(connection.close(code, text.into())).await?;
        }
        Ok(())
    }
}

async fn connection(uri: &AMQPUri, name: &str) -> Result<Connection, BrokerError> {
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    answer(Connection::connect_uri(uri.clone(), properties)).await
}

/// The broker's answer, if it comes in time.
pub(crate) async fn answer<T>(question: impl Future<Output = lapin::Result<T>>) -> Result<T, BrokerError> {
    match timeout(ANSWER_TIMEOUT, question).await {
        Ok(answer) => answer.map_err(of_client),
        Err(_) => Err(Kind::Silent.into()),
    }
}

/// Without the URL, which has a password in it.
impl fmt::Debug for Amqp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Amqp")
            .field("publishing", &self.publishing.status().connected())
            .field("consuming", &self.consuming.status().connected())
            .finish_non_exhaustive()
    }
}
