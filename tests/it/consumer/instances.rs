//! Instances that write batches into PostgreSQL, and are told to end or held while they do so.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use support::postgres::{self, Database};
use support::rabbitmq::{self, Vhost};
use support::wait;
use tokio::time::sleep;
use workout_broker::Broker;
use workout_consumer::{Batch, Batches, Consumer, Failure, Prefetch};
use workout_events::uuid::Uuid;
use workout_events::{Event, WorkoutDeleted};

use super::load::{self, Load};
use super::process::{Kind, Process};
use super::{LIMIT, QUEUE, dead};

/// How long an instance may take to end.
const DEADLINE: Duration = Duration::from_secs(20);

/// As long as a machine that is being moved or swapped out may stand still.
const HELD: Duration = Duration::from_mins(1);

/// Each event once, what followed from it, and each time that one came. A statement is a transaction, and takes its time.
const TABLES: &str = "
    CREATE TABLE handled (id uuid PRIMARY KEY);
    CREATE TABLE effects (id uuid NOT NULL);
    CREATE TABLE arrivals (id uuid NOT NULL)";

const INSERT: &str = "
    WITH arrived AS (INSERT INTO arrivals SELECT unnest($1::uuid[]) RETURNING id),
         pause AS MATERIALIZED (SELECT pg_sleep(0.1)),
         new AS (INSERT INTO handled SELECT id FROM arrived, pause ORDER BY id ON CONFLICT DO NOTHING RETURNING id)
    INSERT INTO effects SELECT id FROM new";

/// A batch is being written.
const WRITING: &str = "
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND query LIKE '%INSERT INTO effects SELECT%'
      AND pid <> pg_backend_pid()";

/// What the other process does.
pub(super) async fn consumer(database: &str) -> Consumer {
    let pool = PgPoolOptions::new().max_connections(2).connect(database).await.unwrap();
    let batches = Batches::of(50).each(|event: Event<WorkoutDeleted>| Uuid::from(event.id()));
    let commit = move |batch: Batch<Uuid>| {
        let pool = pool.clone();
        async move {
            let insert = sqlx::query(INSERT).bind(batch.items()).execute(&pool);
            batch.commit(insert).await.map_err(Failure::unavailable)
        }
    };
    Consumer::new(QUEUE).prefetch(Prefetch::new(100).unwrap()).batch(batches.commit(commit))
}

/// A broker and a database with what they need.
struct Site {
    vhost: Vhost,
    database: Database,
    broker: Broker,
    pool: PgPool,
}

impl Site {
    async fn open() -> Self {
        let (vhost, database) = (rabbitmq::vhost().await, postgres::database().await);
        let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
        let pool = PgPoolOptions::new().max_connections(2).connect(&database.url()).await.unwrap();
        sqlx::raw_sql(TABLES).execute(&pool).await.unwrap();
        broker.declare(&consumer(&database.url()).await.queue()).await.unwrap();
        Self { vhost, database, broker, pool }
    }

    fn instance(&self) -> Process {
        Process::start(Kind::Table, &self.vhost.amqp_url(), &self.database.url())
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    async fn handled(&self) -> i64 {
        self.count("SELECT count(*) FROM handled").await
    }

    async fn until_more_is_handled(&self, than: i64) {
        wait::until("more is handled", LIMIT, || async { self.handled().await > than }).await;
    }

    async fn until_one_writes(&self) {
        wait::until("a batch is being written", LIMIT, || async { self.count(WRITING).await > 0 }).await;
    }

    /// Everything that was confirmed has followed, and nothing twice. Says how many came more than once.
    async fn judge(&self, load: Load) -> (usize, i64) {
        let said = load::ids(&load.stop().await);
        let all = i64::try_from(said.len()).unwrap();
        wait::until("all is handled", LIMIT, || async { self.handled().await >= all }).await;
        let ids: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM handled").fetch_all(&self.pool).await.unwrap();
        let handled: BTreeSet<_> = ids.into_iter().collect();
        assert!(said.iter().all(|id| handled.contains(id.as_uuid())), "an event was lost");
        let doubled = "SELECT count(*) - count(DISTINCT id) FROM effects";
        assert_eq!(self.count(doubled).await, 0, "an event counted twice");
        assert_eq!(self.count("SELECT count(*) FROM effects").await, self.handled().await);
        assert_eq!(dead::count(&self.broker).await, 0);
        (said.len(), self.count("SELECT count(*) - count(DISTINCT id) FROM arrivals").await)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_told_to_end_in_the_middle_of_a_batch_lose_nothing_and_double_nothing() {
    const RESTARTS: u32 = 5;
    let site = Site::open().await;
    let load = Load::start(&site.broker);
    let mut instance = site.instance();
    let mut slowest = Duration::ZERO;
    for _ in 0..RESTARTS {
        site.until_more_is_handled(site.handled().await + 100).await;
        site.until_one_writes().await;
        slowest = slowest.max(instance.end(DEADLINE).await);
        instance = site.instance();
    }
    let (confirmed, again) = site.judge(load).await;
    instance.end(DEADLINE).await;
    println!("{confirmed} events, {RESTARTS} restarts, the slowest end took {slowest:?}, {again} came again");
    assert_eq!(again, 0, "who ends in order gives nothing back that it has committed");
    assert_eq!(site.broker.depth(QUEUE).await.unwrap(), 0);
}

/// The process stands still, the broker gives it up, another one takes over; and then it goes on as if nothing had been.
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_is_held_for_a_minute_is_replaced_and_goes_on_without_harm() {
    let site = Site::open().await;
    let load = Load::start(&site.broker);
    let zombie = site.instance();
    site.until_more_is_handled(100).await;
    site.until_one_writes().await;
    zombie.signal(Signal::STOP);
    let held = Instant::now();
    let other = site.instance();
    sleep(HELD).await;
    let handled = site.handled().await;
    let given_up = site.consumers().await == 1;
    zombie.signal(Signal::CONT);
    assert!(given_up, "the broker still takes the zombie for a reader after {:?}", held.elapsed());
    assert!(handled > 1_000, "the other one has handled {handled} events");

    // It goes on, alone.
    wait::until("it reads again", LIMIT, || async { site.consumers().await == 2 }).await;
    other.end(DEADLINE).await;
    site.until_more_is_handled(site.handled().await + 200).await;
    let (confirmed, again) = site.judge(load).await;
    zombie.end(DEADLINE).await;
    println!("{confirmed} events, {handled} of them before the zombie went on, {again} came again");
    assert_eq!(site.broker.depth(QUEUE).await.unwrap(), 0);
}

impl Site {
    /// How many read the queue, as the broker has it.
    async fn consumers(&self) -> usize {
        let path = format!("queues/{}/{QUEUE}", self.vhost.name());
        let queue = self.vhost.management().get(&path).await.unwrap();
        queue["consumer_details"].as_array().map_or(0, Vec::len)
    }
}
