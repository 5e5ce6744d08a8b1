//! What people write, and what the parts can do without us.

use futures_util::future::try_join_all;
use lapin::Channel;
use lapin::options::{ConfirmSelectOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{FieldTable, LongString, ShortString};
use sqlx::{Pool, Postgres, Sqlite};
use tokio::task::JoinSet;
use workout_benches::by_hand::{TOGETHER, open, send};
use workout_benches::{Clock, Failure};
use workout_broker::{Broker, Queue};
use workout_events::{Event, WorkoutPerformed};

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
    Ok(clock.stop()?.per_second(events.len()))
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
            let sending = together.iter().zip(&ids).map(|((_, body), id)| send(&channel, id.as_str().into(), body));
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
