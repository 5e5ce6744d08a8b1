//! `load ingest`

use std::error::Error;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;
use stats_store::{Fact, Ingest, StatsStore};
use tokio::sync::Notify;
use workout_consumer::{Consumer, Prefetch};

use crate::clock::{Clock, resident};
use crate::fill::fill;
use crate::latency::Latency;

/// The queue that the events go through.
const QUEUE: &str = "load.ingest";

#[derive(Args)]
#[command(after_help = "\
The queue load.ingest is declared and filled first; from then on it is measured, until the last event is in the store: in \
the ledger and in all statistics, committed. What was in the queue before goes there too, and counts. The queue stays, and \
is empty. The store keeps the events: of the same seed only the first run writes anything.

With --rate the events are published while they are stored, so many a second, and the time from the beginning of a \
publish to the commit of its event is printed: from then on every question is answered with it.

Exit codes: 0 all were stored, 1 one or more were not, 2 the broker or the store cannot be used.")]
pub(crate) struct Arguments {
    /// How many events.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    events: u64,
    /// The store: `sqlite://FILE`, `postgres://user:password@host/database`, or `memory`.
    #[arg(long, value_name = "URL", env = "STORE_URL", hide_env_values = true)]
    store: String,
    /// How many events are written together.
    #[arg(long, value_name = "B", default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
    /// How many messages the broker may send ahead.
    #[arg(long, value_name = "P", default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(1..))]
    prefetch: u16,
    /// Publishes so many events a second, instead of all of them before.
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: Option<u32>,
    #[command(flatten)]
    server: crate::server::Server,
    /// Makes these events again; a new seed is taken, and printed, without it.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
}

/// Says whether all were stored.
pub(crate) async fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let store = StatsStore::connect(&arguments.store).await?;
    let broker = arguments.server.connect().await?;
    let seed = arguments.seed.unwrap_or_else(crate::publish::new_seed);
    let latency = arguments.rate.map(|_| Arc::new(Latency::default()));
    let last = Arc::new(Notify::new());
    let consumer = consumer(&store, arguments, latency.clone(), Arc::clone(&last))?;
    broker.declare(&consumer.queue()).await?;
    println!("{} events of seed {seed}, batches of {}", arguments.events, arguments.batch);
    if latency.is_none() {
        fill(&broker, arguments.events, seed).await?;
    }
    let (before, clock) = (resident(), Clock::start());
    let mut spent = None;
    let shutdown = async {
        last.notified().await;
        spent = Some(clock.stop());
    };
    let publishing = async {
        match latency.as_ref().zip(arguments.rate) {
            Some((latency, rate)) => latency.publish(&broker, arguments.events, rate, seed).await,
            None => Ok(()),
        }?;
        pending::<Result<(), Box<dyn Error>>>().await
    };
    let report = tokio::select! {
        report = consumer.run(broker.clone(), shutdown) => report?,
        failed = publishing => return failed.map(|()| false),
    };
    let after = resident();
    store.close().await;
    let _ = broker.close().await;
    let spent = spent.ok_or("the consumer ended by itself")?;
    println!("{} handled, {} dead, {} left", report.handled, report.dead, report.left);
    if let Some((before, after)) = before.zip(after) {
        println!("{before} MB of memory before the first event, {after} MB after the last");
    }
    if let Some(latency) = latency {
        latency.print();
    }
    spent.print(arguments.events);
    Ok(report.handled >= arguments.events)
}

/// A consumer that tells when the last event is committed.
fn consumer(
    store: &StatsStore,
    arguments: &Arguments,
    latency: Option<Arc<Latency>>,
    last: Arc<Notify>,
) -> Result<Consumer, Box<dyn Error>> {
    let left = AtomicU64::new(arguments.events);
    let ingest = Ingest::into(store.writer()).size(arguments.batch.into()).tell(move |fact: &Fact, _| {
        if let Some(latency) = &latency {
            latency.stored(fact.event_id());
        }
        if left.fetch_sub(1, Ordering::Relaxed) == 1 {
            last.notify_one();
        }
    });
    Ok(Consumer::new(QUEUE).prefetch(Prefetch::new(arguments.prefetch.into())?).batch(ingest.handler()))
}
