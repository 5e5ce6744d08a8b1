//! The database is away while batches are written into it.

#![expect(clippy::print_stdout, reason = "figures, for information")]

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use support::{postgres, rabbitmq, wait};
use tokio::sync::oneshot;
use tokio::time::timeout;
use workout_broker::Broker;
use workout_consumer::{Batch, Batches, Consumer, ConsumerState, Failure};
use workout_events::uuid::Uuid;
use workout_events::{Event, WorkoutDeleted};

use super::load::{self, Load};
use super::{LIMIT, QUEUE, dead};
use crate::traps::forwarder::Forwarder;

/// A database that does not answer for so long is away.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long after the database consuming may still be away: the longest pause between two looks, and a look.
const BACK: Duration = Duration::from_secs(8);

const INSERT: &str = "INSERT INTO handled SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING";

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_cut_off_pauses_the_consumer_and_costs_no_attempt() {
    check(Forwarder::cut, async |way| way.open().await).await;
}

/// Nobody answers, and nobody hangs up.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_hangs_pauses_the_consumer_and_costs_no_attempt() {
    check(|way| way.hold(true), async |way| way.hold(false)).await;
}

async fn check(strike: fn(&mut Forwarder), mend: impl AsyncFnOnce(&mut Forwarder)) {
    let (vhost, database) = (rabbitmq::vhost().await, postgres::database().await);
    let direct = PgConnectOptions::from_str(&database.url()).unwrap();
    let mut way = Forwarder::to(&format!("{}:{}", direct.get_host(), direct.get_port())).await;
    let pool = PgPoolOptions::new().max_connections(2).connect_with(direct.clone()).await.unwrap();
    sqlx::query("CREATE TABLE handled (id uuid PRIMARY KEY)").execute(&pool).await.unwrap();
    let here = direct.host(&way.here().ip().to_string()).port(way.here().port());
    let theirs = PgPoolOptions::new().max_connections(2).connect_with(here).await.unwrap();

    let looks = Arc::new(AtomicUsize::new(0));
    let consumer = consumer(theirs, &looks);
    let health = consumer.health();
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.declare(&consumer.queue()).await.unwrap();
    let (end, ended) = oneshot::channel::<()>();
    let running = tokio::spawn(consumer.run(broker.clone(), async { drop(ended.await) }));
    let load = Load::start(&broker);
    wait::until("it writes", LIMIT, || async { handled(&pool).await.len() > 200 }).await;

    strike(&mut way);
    wait::until("it pauses", LIMIT, || async { matches!(health.state(), ConsumerState::Paused(_)) }).await;
    let (before, paused) = (looks.load(Ordering::Relaxed), Instant::now());
    wait::until("messages pile up", LIMIT, || async { broker.depth(QUEUE).await.unwrap() > 1_000 }).await;
    assert!(!health.is_ready(), "{}", health.state());
    let (looked, outage) = (looks.load(Ordering::Relaxed) - before, paused.elapsed());

    mend(&mut way).await;
    let (back, handled_before) = (Instant::now(), handled(&pool).await.len());
    wait::until("it goes on", LIMIT, || async { handled(&pool).await.len() > handled_before }).await;
    let went_on = back.elapsed();
    assert!(went_on < BACK, "{went_on:?}");
    let said = load::ids(&load.stop().await);
    wait::until("all is handled", LIMIT, || async { handled(&pool).await.len() >= said.len() }).await;
    assert!(health.is_ready(), "{}", health.state());
    end.send(()).unwrap();
    let report = timeout(LIMIT, running).await.unwrap().unwrap().unwrap();
    println!("{looked} looks in {outage:?}, back after {went_on:?}, {} events, {report:?}", said.len());
    let handled = handled(&pool).await;
    assert!(said.iter().all(|id| handled.contains(id.as_uuid())), "an event was lost");
    assert!(looked <= 2 + 2 * usize::try_from(outage.as_secs()).unwrap(), "{looked} looks in {outage:?}");
    assert_eq!((report.retried, report.dead), (0, 0));
    assert_eq!((dead::count(&broker).await, broker.depth(QUEUE).await.unwrap()), (0, 0));
    broker.close().await.unwrap();
}

fn consumer(pool: PgPool, looks: &Arc<AtomicUsize>) -> Consumer {
    let looks = Arc::clone(looks);
    let batches = Batches::of(50).each(|event: Event<WorkoutDeleted>| Uuid::from(event.id()));
    let commit = move |batch: Batch<Uuid>| {
        let pool = pool.clone();
        looks.fetch_add(1, Ordering::Relaxed);
        async move {
            let insert = async {
                let insert = sqlx::query(INSERT).bind(batch.items()).execute(&pool);
                timeout(PATIENCE, insert).await.map_err(Failure::unavailable)?.map_err(Failure::unavailable)
            };
            batch.commit(insert).await
        }
    };
    Consumer::new(QUEUE).batch(batches.commit(commit))
}

async fn handled(pool: &PgPool) -> BTreeSet<Uuid> {
    let ids: Vec<Uuid> = sqlx::query_scalar("SELECT id FROM handled").fetch_all(pool).await.unwrap();
    ids.into_iter().collect()
}
