//! Servers for a coach, and somebody who hears what it tells.

use std::time::Duration;

use serde_json::Value;
use sqlx::postgres::{PgPool, PgPoolOptions};
use support::postgres::{self, Database};
use support::rabbitmq::{self, Vhost};
use support::service::{self, Running, Service};
use support::wait;
use tokio::sync::Mutex;
use workout_broker::{Broker, Deliveries, Outcome, Prefetch, Queue};
use workout_events::amqp::Message;
use workout_events::{Event, EventType, TOPIC_EXCHANGE};

/// For everything, on a loaded machine.
pub(super) const LIMIT: Duration = Duration::from_mins(2);

pub(super) struct Site {
    pub(super) vhost: Vhost,
    pub(super) broker: Broker,
    pub(super) pool: PgPool,
    heard: Mutex<(Deliveries, Vec<Value>)>,
    // Dropped last: whoever is connected would keep it from being deleted.
    database: Database,
}

impl Site {
    pub(super) async fn new() -> Self {
        let (vhost, database) = (rabbitmq::vhost().await, postgres::database().await);
        let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
        let told = Queue::new("told").bind(TOPIC_EXCHANGE, "wod.*").bind("workout.performed", "");
        broker.declare(&told).await.unwrap();
        let deliveries = broker.consume("told", Prefetch::default()).await.unwrap();
        let pool = PgPoolOptions::new().max_connections(2).connect(&database.url()).await.unwrap();
        Self { vhost, broker, pool, heard: Mutex::new((deliveries, Vec::new())), database }
    }

    /// A coach that has not started yet, with short delays.
    pub(super) fn coach(&self) -> Service {
        service::example("coach_service")
            .setting("AMQP_URL", self.vhost.amqp_url())
            .setting("DATABASE_URL", self.database.url())
            .setting("RETRIES", "100ms,200ms,400ms,800ms,1600ms,3200ms")
    }

    pub(super) async fn publish<T: EventType>(&self, event: &Event<T>) {
        assert_eq!(self.broker.publish(Message::of(event).unwrap()).await.unwrap(), Outcome::Confirmed);
    }

    /// Lets others than the server's owner into the database, or throws them out.
    pub(super) async fn let_in(&self, anybody: bool) {
        let name = self.database.name();
        self.database.administer(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {anybody}")).await.unwrap();
        if !anybody {
            let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
            self.database.administer(end).await.unwrap();
        }
    }

    /// The one number that a query gives.
    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// Everything that was told of this type, once nothing waits to be published any more: each message, also one that came twice.
    pub(super) async fn told(&self, event_type: &str) -> Vec<Value> {
        let waits = "SELECT count(*) FROM workout_outbox.events WHERE sent_at IS NULL";
        wait::until("everything is published", LIMIT, || async { self.count(waits).await == 0 }).await;
        let mut heard = self.heard.lock().await;
        let (deliveries, messages) = &mut *heard;
        // What was confirmed is in the queue, and what is in the queue comes.
        while let Ok(Some(delivery)) = tokio::time::timeout(Duration::from_millis(500), deliveries.next()).await {
            let delivery = delivery.unwrap();
            messages.push(serde_json::from_slice(delivery.body()).unwrap());
            delivery.ack().await.unwrap();
        }
        messages.iter().filter(|message| message["type"] == event_type).cloned().collect()
    }

    /// A request once it stands like this.
    pub(super) async fn request(&self, coach: &Running, id: &str, state: &str) -> Value {
        let path = format!("/wods/requests/{id}");
        wait::value(&format!("the request is {state}"), LIMIT, || async {
            let answer = coach.get(&path).await.unwrap();
            (answer.status == 200).then(|| answer.json()).filter(|request| request["state"] == state)
        })
        .await
    }
}

/// A text of an answer.
#[track_caller]
pub(super) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} of {value}")).to_owned()
}
