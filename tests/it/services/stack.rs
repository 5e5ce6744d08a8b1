//! All services around one RabbitMQ, each with a database of its own.

use serde_json::Value;
use support::postgres::{self, Database};
use support::rabbitmq::{self, Vhost};
use support::service::{self, Running, Service};
use support::wait;
use workout_events::UserId;

use super::LIMIT;

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
        let database = self.databases.iter().find_map(|(of, database)| (*of == name).then(|| database.url()));
        let service = service::example(name).setting("AMQP_URL", self.vhost.amqp_url());
        service.setting("DATABASE_URL", database.unwrap_or_default())
    }
}

/// Waits until the statistics of a person have so many workouts, and looks that they do not become more.
#[track_caller]
pub(super) fn counts(stats: &Running, user: UserId, workouts: usize) -> impl Future<Output = Value> {
    let path = format!("/users/{user}/statistics");
    wait::value("all workouts are counted", LIMIT, move || {
        let path = path.clone();
        async move {
            let statistics = stats.get(&path).await.ok().filter(|answer| answer.status == 200)?.json();
            let counted = statistics["total_workouts"].as_u64()?;
            assert!(counted <= workouts as u64, "{path}: {counted} of {workouts} are counted");
            (counted == workouts as u64).then_some(statistics)
        }
    })
}
