//! The limit: one statement that knows duplicates by the id, and keeps a ledger and the sums of each day.

use futures_util::StreamExt;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use serde::Deserialize;
use sqlx::postgres::PgPool;
use uuid::Uuid;
use workout_benches::{Clock, Failure, Spent};
use workout_events::jiff::Timestamp;
use workout_events::{Event, WorkoutPerformed};

use crate::Wanted;
use crate::broker::QUEUE;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS by_hand_ledger (
        event_id uuid PRIMARY KEY, user_id uuid NOT NULL, day integer NOT NULL,
        duration_s integer NOT NULL, energy_kcal integer, data text NOT NULL);
    CREATE TABLE IF NOT EXISTS by_hand_daily (
        user_id uuid, day integer, n bigint NOT NULL, duration_s bigint NOT NULL, energy_kcal bigint,
        PRIMARY KEY (user_id, day))";

const STATEMENT: &str = "
    WITH src AS (SELECT DISTINCT ON (event_id) * FROM unnest(
             $1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::integer[], $6::text[])
             AS s (event_id, user_id, day, duration_s, energy_kcal, data)),
         ins AS (INSERT INTO by_hand_ledger SELECT * FROM src ORDER BY event_id
             ON CONFLICT (event_id) DO NOTHING RETURNING event_id, user_id, day, duration_s, energy_kcal),
         roll AS (INSERT INTO by_hand_daily AS t
             SELECT user_id, day, count(*), sum(duration_s), sum(energy_kcal) FROM ins
             GROUP BY 1, 2 ORDER BY 1, 2
             ON CONFLICT (user_id, day) DO UPDATE SET n = t.n + excluded.n,
                 duration_s = t.duration_s + excluded.duration_s,
                 energy_kcal = COALESCE(t.energy_kcal + excluded.energy_kcal, t.energy_kcal, excluded.energy_kcal))
    SELECT event_id FROM ins";

pub(crate) async fn create(pool: &PgPool) -> Result<(), Failure> {
    sqlx::raw_sql(TABLES).execute(pool).await?;
    Ok(())
}

/// The columns of a batch.
#[derive(Default)]
struct Columns {
    ids: Vec<Uuid>,
    users: Vec<Uuid>,
    days: Vec<i32>,
    durations: Vec<i32>,
    energies: Vec<Option<i32>>,
    data: Vec<String>,
}

impl Columns {
    async fn write(self, pool: &PgPool) -> Result<(), Failure> {
        let events = self.ids.len();
        let query = sqlx::query_scalar::<_, Uuid>(STATEMENT).bind(self.ids).bind(self.users).bind(self.days);
        let query = query.bind(self.durations).bind(self.energies).bind(self.data);
        if query.fetch_all(pool).await?.len() != events {
            return Err("not all were new".into());
        }
        Ok(())
    }
}

/// From decoded events to committed ones.
pub(crate) async fn write(pool: &PgPool, events: &[Event<WorkoutPerformed>], batch: usize) -> Result<Spent, Failure> {
    let clock = Clock::start()?;
    for batch in events.chunks(batch) {
        let mut columns = Columns::default();
        for event in batch {
            let workout = event.data();
            columns.ids.push(event.id().into());
            columns.users.push(workout.user_id.into());
            columns.days.push(i32::try_from(workout.started_at.timestamp().as_second() / 86_400)?);
            columns.durations.push(i32::try_from(workout.duration_s())?);
            columns.energies.push(workout.energy_kcal.map(u32::cast_signed));
            columns.data.push(serde_json::to_string(workout)?);
        }
        columns.write(pool).await?;
    }
    clock.stop()
}

/// What the statement needs of an event.
#[derive(Deserialize)]
struct Body<'b> {
    id: &'b str,
    #[serde(borrow)]
    data: Data<'b>,
}

#[derive(Deserialize)]
struct Data<'b> {
    user_id: &'b str,
    started_at: &'b str,
    ended_at: &'b str,
    energy_kcal: Option<i32>,
}

/// From a queue to the acknowledgement of its last batch, with the client library and without any check.
pub(crate) async fn consume(url: &str, pool: &PgPool, wanted: &Wanted) -> Result<Spent, Failure> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.basic_qos(u16::try_from(wanted.prefetch())?, BasicQosOptions::default()).await?;
    let clock = Clock::start()?;
    let (options, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
    let mut consumer = channel.basic_consume(QUEUE.into(), "".into(), options, arguments).await?;
    let mut columns = Columns::default();
    for number in 1..=wanted.events {
        let delivery = consumer.next().await.ok_or("the subscription has ended")??;
        let Body { id, data } = serde_json::from_slice(&delivery.data)?;
        let (started, ended): (Timestamp, Timestamp) = (data.started_at.parse()?, data.ended_at.parse()?);
        columns.ids.push(id.parse()?);
        columns.users.push(data.user_id.parse()?);
        columns.days.push(i32::try_from(started.as_second() / 86_400)?);
        columns.durations.push(i32::try_from(ended.as_second() - started.as_second())?);
        columns.energies.push(data.energy_kcal);
        columns.data.push(std::str::from_utf8(&delivery.data)?.to_owned());
        if number.is_multiple_of(wanted.batch) || number == wanted.events {
            std::mem::take(&mut columns).write(pool).await?;
            delivery.ack(BasicAckOptions { multiple: true }).await?;
        }
    }
    let spent = clock.stop()?;
    connection.close(200, "done".into()).await?;
    Ok(spent)
}
