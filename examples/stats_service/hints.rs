//! What instances tell one another: who has changed, so that streams look at once and not only in a few seconds.
//!
//! Nothing of it is an event of the contract, and nothing has to arrive. It is neither kept on disk nor waited for.

use std::error::Error;
use std::time::Duration;

use stats_http::Live;
use tokio::time::sleep;
use tracing::warn;
use workout_broker::{Broker, BrokerError, Prefetch, Queue, Topology};
use workout_events::EventId;
use workout_events::amqp::{Message, Properties};

/// Every instance hears what this exchange carries, itself included.
const EXCHANGE: &str = "stats.changed";

/// What changes meanwhile is told together.
const EVERY: Duration = Duration::from_millis(100);

/// As long it is not tried again where it did not work.
const PAUSE: Duration = Duration::from_secs(5);

/// Makes what the hints go through.
pub(crate) async fn prepare(broker: &Broker) -> Result<(), BrokerError> {
    broker.apply(&Topology::new().fanout(EXCHANGE)).await
}

/// Tells the others, without end.
pub(crate) async fn tell(broker: &Broker, live: &Live) {
    loop {
        let mut properties = Properties::new("stats.changed", EventId::generate().to_string());
        (properties.content_type, properties.delivery_mode) = ("application/octet-stream".into(), 1);
        let message = Message::new(EXCHANGE, "", properties, live.hint().await);
        let pause = match broker.publish(message).await {
            Ok(_) => EVERY,
            Err(error) => {
                warn!(error = &error as &dyn Error, "other instances are not told who has changed");
                PAUSE
            }
        };
        sleep(pause).await;
    }
}

/// Hears the others, without end. While it does not, streams find out by themselves.
pub(crate) async fn hear(broker: &Broker, live: &Live) {
    loop {
        if let Err(error) = listen(broker, live).await {
            warn!(error = &error as &dyn Error, "other instances cannot be heard");
        }
        sleep(PAUSE).await;
    }
}

async fn listen(broker: &Broker, live: &Live) -> Result<(), BrokerError> {
    let queue = Queue::temporary("stats.changed").bind(EXCHANGE, "");
    broker.declare(&queue).await?;
    let mut deliveries = broker.consume(queue.name(), Prefetch::default()).await?;
    // Of what was said before nobody has told us.
    live.wake_all();
    while let Some(delivery) = deliveries.next().await {
        let delivery = delivery?;
        live.hear(delivery.body());
        delivery.ack().await?;
    }
    Ok(())
}
