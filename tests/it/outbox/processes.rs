//! Relays that are processes of their own and are killed, and a broker and databases that are real.

#![expect(clippy::print_stdout, reason = "figures, for information")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
use sqlx::{Pool, Postgres, Sqlite};
use support::rabbitmq;
use tokio::task::JoinSet;
use workout_broker::{Broker, Prefetch, Queue};
use workout_events::{EventId, WorkoutDeleted};
use workout_publisher::outbox::{Backend, Outbox, Relay};

use super::suite::chaos::{Dice, WRITERS, write};
use super::{connect, open, suite};

/// Where the outbox of a relay in another process is.
const DATABASE: &str = "WORKOUT_TEST_OUTBOX_DATABASE";

/// Where it publishes to.
const BROKER: &str = "WORKOUT_TEST_OUTBOX_BROKER";

const RELAYS: usize = 2;
const KILLS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn relays_killed_at_random_lose_nothing_from_postgresql() {
    let (database, pool) = open().await;
    Box::pin(survives(&pool, &database.url(), 0x5eed)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn relays_killed_at_random_lose_nothing_from_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("host.db");
    let file = file.to_str().unwrap();
    Box::pin(survives(&sqlite(file).await, file, 0x5eed)).await;
}

/// Not a test, but what the tests above start: they are the same program.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_for_the_tests_beside_it() {
    let (Ok(database), Ok(broker)) = (env::var(DATABASE), env::var(BROKER)) else { return };
    let broker = Broker::connect(&broker).await.unwrap();
    if database.starts_with("postgres") {
        forever(Outbox::<Postgres>::new(connect(&database).await), &broker).await;
    } else {
        forever(Outbox::<Sqlite>::new(sqlite(&database).await), &broker).await;
    }
}

async fn forever<DB: Backend>(outbox: Outbox<DB>, broker: &Broker) {
    let relay = Relay::new(outbox, broker).window(16).lease(Duration::from_millis(500));
    relay.poll(Duration::from_millis(20)).run(std::future::pending()).await.unwrap();
}

/// Every committed event is published, no other is, and duplicates have the same id.
async fn survives<DB: Backend>(pool: &Pool<DB>, database: &str, seed: u64) {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.declare(&Queue::new("queue").bind_type::<WorkoutDeleted>()).await.unwrap();
    let outbox = Outbox::new(pool.clone());
    outbox.migrate().await.unwrap();

    let mut writers = JoinSet::new();
    for n in 0..WRITERS {
        let (outbox, pool) = (outbox.clone(), pool.clone());
        writers.spawn(async move { write(&outbox, &pool, Dice::new(seed ^ (n + 1))).await });
    }
    let mut relays: Vec<_> = (0..RELAYS).map(|_| Killed::start(database, &vhost.amqp_url())).collect();
    let mut deliveries = broker.consume("queue", Prefetch::default()).await.unwrap();
    let mut arrived: BTreeMap<EventId, usize> = BTreeMap::new();
    let (mut dice, mut messages, mut kills) = (Dice::new(seed), 0, 0);
    let mut next = dice.roll(20);
    let mut committed = BTreeSet::new();
    while !writers.is_empty() || committed.iter().any(|id| !arrived.contains_key(id)) {
        tokio::select! {
            delivery = suite::bounded(deliveries.next()) => {
                let delivery = delivery.unwrap().unwrap();
                *arrived.entry(suite::id_of(&delivery.message())).or_default() += 1;
                delivery.ack().await.unwrap();
                messages += 1;
            }
            written = writers.join_next(), if !writers.is_empty() => {
                committed.extend(written.unwrap().unwrap());
            }
        }
        if messages > next && kills < KILLS {
            let n = usize::try_from(dice.roll(2)).unwrap();
            relays[n] = Killed::start(database, &vhost.amqp_url());
            next = messages + dice.roll(40);
            kills += 1;
        }
    }
    suite::until(async || outbox.lag().await.unwrap().events == 0).await;
    assert_eq!(arrived.keys().copied().collect::<BTreeSet<_>>(), committed, "and nothing that was rolled back");
    println!("{} events, {messages} messages, {kills} relays killed", committed.len());
    assert_eq!(kills, KILLS);
}

async fn sqlite(file: &str) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).busy_timeout(Duration::from_secs(30));
    SqlitePool::connect_with(options).await.unwrap()
}

/// A relay that ends by SIGKILL.
struct Killed(Child);

impl Killed {
    fn start(database: &str, broker: &str) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "outbox::processes::a_relay_for_the_tests_beside_it"]);
        command.env(DATABASE, database).env(BROKER, broker).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}
