//! `load consume`

use std::convert::Infallible;
use std::error::Error;
use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;
use tokio::sync::Notify;
use workout_consumer::{Batch, Batches, Consumer, Prefetch};
use workout_events::{Event, WorkoutPerformed};

use crate::clock::Clock;
use crate::fill::fill;

/// The queue that the events go through.
const QUEUE: &str = "load.consume";

#[derive(Args)]
#[command(after_help = "\
The queue load.consume is declared and filled first; from then on it is measured, until its last event was handled by a \
handler that does nothing. What was in the queue before is handled too, and counts. The queue stays, and is empty.

The same seed makes the same events, with the same ids.

Exit codes: 0 all were handled, 1 one or more were not, 2 the broker cannot be used.")]
pub(crate) struct Arguments {
    /// How many events.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    events: u64,
    /// How many events are handled together; 1 handles them one by one.
    #[arg(long, value_name = "B", default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
    /// How many messages the broker may send ahead.
    #[arg(long, value_name = "P", default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(1..))]
    prefetch: u16,
    /// How many handlers of single events run at the same time.
    #[arg(long, value_name = "H", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,
    #[command(flatten)]
    server: crate::server::Server,
    /// Makes these events.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

/// Says whether all were handled.
pub(crate) async fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let broker = arguments.server.connect().await?;
    let (left, last) = (Arc::new(AtomicU64::new(arguments.events)), Arc::new(Notify::new()));
    let counted = (Arc::clone(&left), Arc::clone(&last));
    let consumer = consumer(arguments, move |events| {
        let before = counted.0.fetch_sub(events, Ordering::Relaxed);
        if before <= events {
            counted.1.notify_one();
        }
    })?;
    broker.declare(&consumer.queue()).await?;
    println!("{} events of seed {} are published to {QUEUE}", arguments.events, arguments.seed);
    fill(&broker, arguments.events, arguments.seed).await?;
    println!("batches of {}, prefetch {}, {} at once", arguments.batch, arguments.prefetch, arguments.concurrency);

    let clock = Clock::start();
    let mut spent = None;
    let shutdown = async {
        last.notified().await;
        spent = Some(clock.stop());
    };
    let report = consumer.run(broker.clone(), shutdown).await?;
    let _ = broker.close().await;
    let spent = spent.ok_or("the consumer ended by itself")?;
    println!("{} handled, {} dead, {} left", report.handled, report.dead, report.left);
    spent.print(arguments.events);
    Ok(report.handled >= arguments.events)
}

/// A consumer whose handler only counts.
fn consumer(arguments: &Arguments, count: impl Fn(u64) + Send + Sync + 'static) -> Result<Consumer, Box<dyn Error>> {
    let consumer = Consumer::new(QUEUE).prefetch(Prefetch::new(arguments.prefetch.into())?);
    Ok(if arguments.batch == 1 {
        consumer.concurrency(arguments.concurrency.into()).on(move |_: Event<WorkoutPerformed>| {
            count(1);
            ready(())
        })
    } else {
        let batches = Batches::of(arguments.batch.into()).each(|event: Event<WorkoutPerformed>| event);
        consumer.batch(batches.commit(move |batch: Batch<Event<WorkoutPerformed>>| {
            count(batch.items().len() as u64);
            async move { Ok(batch.commit(ready(Ok::<_, Infallible>(()))).await?) }
        }))
    })
}
