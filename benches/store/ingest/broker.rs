//! From a queue of RabbitMQ into PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use lapin::options::QueueDeleteOptions;
use sqlx::postgres::PgPool;
use stats_store::StatsStore;
use tokio::time::sleep;
use workout_benches::by_hand::open;
use workout_benches::{Failure, Run};
use workout_broker::{Broker, Outcome, Queue};
use workout_events::WorkoutPerformed;
use workout_events::amqp::Message;

use crate::history::{messages, users};
use crate::server::{Way, cpu, report};
use crate::{Wanted, by_hand, ours};

/// The queue that is emptied.
pub(crate) const QUEUE: &str = "bench.ingest";

/// How many are published together, and how long that may take.
const WINDOW: (usize, Duration) = (500, Duration::from_mins(1));

/// When a queue that was full is asked again.
const ROOM: Duration = Duration::from_millis(1);

pub(crate) async fn compare(postgres: &str, rabbitmq: &str, wanted: &Wanted, exercises: usize) -> Result<(), Failure> {
    let (store, pool) = (StatsStore::connect(postgres).await?, PgPool::connect(postgres).await?);
    by_hand::create(&pool).await?;
    let broker = Broker::connect(rabbitmq).await?;
    let (users, mut runs, mut server) = (users(), Vec::new(), Vec::new());
    for round in 0..wanted.rounds {
        for way in Way::turns(store.writer().at_once(), round) {
            empty(rabbitmq, &broker).await?;
            publish(&broker, &messages(&users, wanted.events, exercises)?).await?;
            let before = cpu(&pool).await?;
            let spent = match way {
                Way::ByHand => by_hand::consume(rabbitmq, &pool, wanted).await?,
                Way::Ours(writers) => ours::consume(&broker, &store, wanted, writers).await?,
            };
            server.push((way, cpu(&pool).await? - before));
            runs.push(Run::of(way, spent, wanted.events));
        }
    }
    report("RabbitMQ to PostgreSQL", &runs, &server, wanted.events);
    broker.close().await?;
    store.close().await;
    pool.close().await;
    Ok(())
}

/// A quorum queue as a consumer declares it, with nothing in it.
async fn empty(url: &str, broker: &Broker) -> Result<(), Failure> {
    let (connection, channel) = open(url).await?;
    channel.queue_delete(QUEUE.into(), QueueDeleteOptions::default()).await?;
    connection.close(200, "done".into()).await?;
    broker.declare(&Queue::new(QUEUE).bind_type::<WorkoutPerformed>()).await?;
    Ok(())
}

/// Publishes all of them, and waits where a queue has no room: the one in memory holds ten thousand.
pub(crate) async fn publish(broker: &Broker, messages: &[Arc<Message>]) -> Result<(), Failure> {
    let mut lane = broker.lane();
    for window in messages.chunks(WINDOW.0) {
        let mut left = window.to_vec();
        loop {
            let mut refused = Vec::new();
            for (message, outcome) in left.iter().zip(lane.window(&left, WINDOW.1).await?) {
                match outcome {
                    Outcome::Confirmed => {}
                    Outcome::Nacked => refused.push(Arc::clone(message)),
                    _ => return Err("an event is not in the queue".into()),
                }
            }
            if refused.is_empty() {
                break;
            }
            left = refused;
            sleep(ROOM).await;
        }
    }
    Ok(())
}
