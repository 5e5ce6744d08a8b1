//! What people write, and what the parts can do without us.

use std::collections::VecDeque;

use futures_util::future::try_join_all;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{FieldTable, LongString, ShortString};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use sqlx::{Pool, Postgres, Sqlite};
use tokio::task::JoinSet;
use workout_broker::{Broker, Queue};
use workout_events::{Event, WorkoutPerformed};

use crate::process::Clock;
use crate::{Failure, figure};

/// How many may be without a confirm.
const WINDOW: usize = 1_000;

/// How many are handed to the client together.
const TOGETHER: usize = 64;

/// How many rows a relay takes at once, which is what ours does.
const ROWS: i64 = 500;

/// Where the events go.
const QUEUE: &str = "bench";

/// A table as people make it: an id, and what is to be published.
pub(crate) trait Table: sqlx::Database {
    /// Creates it.
    fn create(pool: &Pool<Self>) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Puts an event into it.
    fn insert(
        connection: &mut Self::Connection,
        event: &Event<WorkoutPerformed>,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

impl Table for Postgres {
    async fn create(pool: &Pool<Self>) -> Result<(), Failure> {
        let table = "CREATE TABLE IF NOT EXISTS by_hand (
            seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL UNIQUE, body bytea NOT NULL)";
        sqlx::raw_sql(table).execute(pool).await?;
        Ok(())
    }

    async fn insert(connection: &mut Self::Connection, event: &Event<WorkoutPerformed>) -> Result<(), Failure> {
        let insert = sqlx::query("INSERT INTO by_hand (id, body) VALUES ($1, $2)");
        insert.bind(event.id().as_uuid()).bind(event.encode()).execute(connection).await?;
        Ok(())
    }
}

impl Table for Sqlite {
    async fn create(pool: &Pool<Self>) -> Result<(), Failure> {
        let table = "CREATE TABLE IF NOT EXISTS by_hand (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, body BLOB)";
        sqlx::raw_sql(table).execute(pool).await?;
        Ok(())
    }

    async fn insert(connection: &mut Self::Connection, event: &Event<WorkoutPerformed>) -> Result<(), Failure> {
        let insert = sqlx::query("INSERT INTO by_hand (id, body) VALUES ($1, $2)");
        insert.bind(event.id().as_uuid()).bind(event.encode()).execute(connection).await?;
        Ok(())
    }
}

/// Events per second of a transaction with these events.
pub(crate) async fn inserted<DB: Table>(pool: &Pool<DB>, events: &[Event<WorkoutPerformed>]) -> Result<f64, Failure> {
    let clock = Clock::start()?;
    let mut transaction = pool.begin().await?;
    for event in events {
        DB::insert(&mut transaction, event).await?;
    }
    transaction.commit().await?;
    Ok(figure(events.len()) / clock.stop()?.0)
}

/// A quorum queue that keeps the last 10,000, so that a million events do not fill the disk.
pub(crate) async fn queue(url: &str) -> Result<(), Failure> {
    let broker = Broker::connect(url).await?;
    // For its exchange.
    broker.declare(&Queue::new("bench.landing").bind_type::<WorkoutPerformed>()).await?;
    broker.close().await?;
    let (connection, channel) = open(url).await?;
    channel.queue_delete("bench.landing".into(), lapin::options::QueueDeleteOptions::default()).await?;
    let text = |text: &str| LongString::from(text.to_owned()).into();
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("quorum"));
    arguments.insert("x-overflow".into(), text("drop-head"));
    arguments.insert("x-max-length".into(), lapin::types::AMQPValue::LongInt(10_000));
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(QUEUE.into(), options, arguments).await?;
    let exchange = ShortString::from("workout.performed");
    channel.queue_bind(QUEUE.into(), exchange, "".into(), QueueBindOptions::default(), FieldTable::default()).await?;
    connection.close(200, "done".into()).await?;
    Ok(())
}

/// The broker without a database: many publishes are polled together, and a window of confirms is open.
pub(crate) async fn pipelined(url: &str, body: &[u8], events: usize) -> Result<(), Failure> {
    let (connection, channel) = open(url).await?;
    let mut open = VecDeque::new();
    let bodies = vec![body; TOGETHER];
    for _ in 0..events / TOGETHER {
        open.extend(try_join_all(bodies.iter().map(|body| send(&channel, "id", body))).await?);
        while open.len() > WINDOW - TOGETHER {
            if let Some(confirm) = open.pop_front() {
                confirm.await?;
            }
        }
    }
    for confirm in open {
        confirm.await?;
    }
    connection.close(200, "done".into()).await?;
    Ok(())
}

/// What a careful person writes on top of our table: rows stay locked while they are published together, and are marked
/// before the commit. Two of them at once, so that one publishes while the other asks its database.
pub(crate) async fn relays(url: &str, pool: &Pool<Postgres>) -> Result<(), Failure> {
    let (connection, one) = open(url).await?;
    let other = connection.create_channel().await?;
    other.confirm_select(ConfirmSelectOptions::default()).await?;
    let mut relays = JoinSet::new();
    for channel in [&one, &other] {
        // A copy: a channel of which the last is dropped is being closed when its connection is.
        relays.spawn(relay(channel.clone(), pool.clone()));
    }
    while let Some(relay) = relays.join_next().await {
        relay??;
    }
    connection.close(200, "done".into()).await?;
    Ok(())
}

async fn relay(channel: Channel, pool: Pool<Postgres>) -> Result<(), Failure> {
    loop {
        let mut transaction = pool.begin().await?;
        let rows: Vec<(sqlx::types::Uuid, Vec<u8>)> = sqlx::query_as(
            "SELECT id, body FROM workout_outbox.events WHERE sent_at IS NULL AND parked_at IS NULL
             ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED",
        )
        .bind(ROWS)
        .fetch_all(&mut *transaction)
        .await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut confirms = Vec::new();
        for together in rows.chunks(TOGETHER) {
            let ids: Vec<_> = together.iter().map(|(id, _)| id.to_string()).collect();
            let sending = together.iter().zip(&ids).map(|((_, body), id)| send(&channel, id, body));
            confirms.extend(try_join_all(sending).await?);
        }
        for confirm in confirms {
            confirm.await?;
        }
        let ids: Vec<_> = rows.iter().map(|(id, _)| *id).collect();
        sqlx::query("UPDATE workout_outbox.events SET sent_at = now() WHERE id = ANY ($1)")
            .bind(ids)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
    }
}

async fn open(url: &str) -> Result<(Connection, Channel), Failure> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.confirm_select(ConfirmSelectOptions::default()).await?;
    Ok((connection, channel))
}

async fn send(
    channel: &Channel,
    id: &str,
    body: &[u8],
) -> lapin::Result<impl Future<Output = lapin::Result<lapin::Confirmation>> + use<>> {
    let properties = BasicProperties::default()
        .with_delivery_mode(2)
        .with_content_type("application/cloudevents+json".into())
        .with_message_id(id.into());
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    channel.basic_publish("workout.performed".into(), "workout.performed".into(), options, body, properties).await
}
