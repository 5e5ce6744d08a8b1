//! All services around one RabbitMQ, each with a database of its own.

use serde_json::Value;
use sqlx::{Connection, PgConnection};
use support::postgres::{self, Database};
use support::rabbitmq::{self, Vhost};
use support::service::{self, Running, Service};
use support::wait;
use workout_broker::Broker;
use workout_events::UserId;

use super::LIMIT;

/// The queue of the statistics.
const STATISTICS: &str = "stats.workouts";

pub(super) struct Stack {
    pub(super) vhost: Vhost,
    databases: Vec<(&'static str, Database)>,
}

impl Stack {
    pub(super) async fn new() -> Self {
        Self { vhost: rabbitmq::vhost().await, databases: Vec::new() }
    }

    /// A service with its database, which all instances of it share.
    pub(super) async fn start(&mut self, name: &'static str) -> Running {
        self.service(name).await.start().await
    }

    async fn service(&mut self, name: &'static str) -> Service {
        if !self.databases.iter().any(|(of, _)| *of == name) {
            self.databases.push((name, postgres::database().await));
        }
        let service = service::example(name).setting("AMQP_URL", self.vhost.amqp_url());
        service.setting("DATABASE_URL", self.database(name))
    }

    /// The database of a service.
    pub(super) fn database(&self, name: &str) -> String {
        self.databases.iter().find_map(|(of, database)| (*of == name).then(|| database.url())).unwrap_or_default()
    }

    /// Waits until the statistics of a person have so many workouts, and nothing is under way any more that could make them
    /// more.
    pub(super) async fn counts(&self, stats: &Running, user: UserId, workouts: usize) -> Value {
        let path = format!("/users/{user}/statistics");
        let counted = || async {
            let statistics = stats.get(&path).await.ok().filter(|answer| answer.status == 200)?.json();
            let counted = statistics["total_workouts"].as_u64()?;
            assert!(counted <= workouts as u64, "{path}: {counted} of {workouts} are counted");
            (counted == workouts as u64).then_some(statistics)
        };
        wait::value("all workouts are counted", LIMIT, counted).await;
        wait::until("nothing is under way", LIMIT, || self.is_quiet(stats)).await;
        wait::value("all workouts are counted once", LIMIT, counted).await
    }

    /// Whether all outboxes are empty, and then the queue of these statistics.
    async fn is_quiet(&self, stats: &Running) -> bool {
        for (_, database) in self.databases.iter().filter(|(of, _)| ["monolith", "coach_service"].contains(of)) {
            let mut connection = PgConnection::connect(&database.url()).await.unwrap();
            let waits = sqlx::query_scalar("SELECT count(*) FROM workout_outbox.events WHERE sent_at IS NULL");
            let waits: i64 = waits.fetch_one(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            if waits > 0 {
                return false;
            }
        }
        let broker = Broker::connect(&self.vhost.amqp_url()).await.unwrap();
        let depth = broker.depth(STATISTICS).await.unwrap();
        broker.close().await.unwrap();
        let in_flight = format!("workout_consumer_in_flight_messages{{queue=\"{STATISTICS}\"}} 0");
        let metrics = stats.get("/metrics").await.map(|answer| answer.text).unwrap_or_default();
        depth == 0 && metrics.lines().any(|line| line == in_flight)
    }
}
