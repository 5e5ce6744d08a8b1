//! Publishing through our API, beside what people write by hand and beside the limit of the client library.
//!
//! `cargo bench --bench publish` finds or starts a RabbitMQ, publishes the same events in turns through each way, and
//! prints the medians and the ratios to the limit. Figures drift with the machine; the ratios of one run do not.
//! `cargo bench --bench publish -- limit ours-1024` runs these ways only; `--rounds 9` more often than 5 times, and
//! `--lanes 1 --window 1000` with other settings of the publisher.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod by_hand;
mod measure;
mod ours;

use std::time::Duration;

use lapin::options::QueueDeleteOptions;
use lapin::{Connection, ConnectionProperties};
use support::servers::{Need, provide};
use workout_benches::{Failure, event};
use workout_broker::{Broker, Queue};
use workout_events::WorkoutPerformed;
use workout_publisher::Publisher;

use crate::measure::{Way, report};

/// Events of one run of one way.
const EVENTS: usize = 20_000;

/// Rounds; each runs every way once, in turns.
const ROUNDS: usize = 5;

/// All ways, in the order of the table.
const WAYS: [Way; 12] = [
    Way::Limit,
    Way::Loop,
    Way::OursAll,
    Way::Tasks(1),
    Way::Ours(1),
    Way::Tasks(8),
    Way::Ours(8),
    Way::Tasks(64),
    Way::Ours(64),
    Way::Tasks(1024),
    Way::Ours(1024),
    Way::Ours(4096),
];

/// The queue that takes the events.
const QUEUE: &str = "bench";

fn main() -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(bench())
}

async fn bench() -> Result<(), Failure> {
    let wanted = Wanted::parse(std::env::args().skip(1))?;
    let servers = provide(&[Need::RabbitMq]).await?;
    let url = servers.setting("WORKOUT_TEST_AMQP_URL").ok_or("no RabbitMQ")?.to_owned();
    let result = all(&url, &wanted).await;
    servers.stop().await;
    result
}

/// What the command line asks for.
struct Wanted {
    ways: Vec<Way>,
    rounds: usize,
    events: usize,
    lanes: Option<usize>,
    window: Option<usize>,
}

impl Wanted {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        // `cargo test --benches` only asks whether the bench still runs.
        let mut wanted = Self { ways: Vec::new(), rounds: 1, events: 200, lanes: None, window: None };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--bench" => (wanted.rounds, wanted.events) = (ROUNDS, EVENTS),
                "--rounds" => wanted.rounds = args.next().ok_or("how many rounds?")?.parse()?,
                "--lanes" => wanted.lanes = Some(args.next().ok_or("how many lanes?")?.parse()?),
                "--window" => wanted.window = Some(args.next().ok_or("how large a window?")?.parse()?),
                name => wanted.ways.push(*WAYS.iter().find(|way| way.name() == name).ok_or("no such way")?),
            }
        }
        if wanted.ways.is_empty() {
            wanted.ways = WAYS.into();
        }
        Ok(wanted)
    }
}

async fn all(url: &str, wanted: &Wanted) -> Result<(), Failure> {
    let Wanted { ways, rounds, events: count, lanes, window } = wanted;
    let events = (0..*count).map(|_| event()).collect::<Result<Vec<_>, _>>()?;
    let mut builder = Publisher::builder(Broker::connect(url).await?).deadline(Duration::from_mins(1));
    if let Some(lanes) = lanes {
        builder = builder.lanes(*lanes);
    }
    if let Some(window) = window {
        builder = builder.window(*window);
    }
    let publisher = builder.start();
    let mut runs = Vec::new();
    for round in 0..*rounds {
        for turn in 0..ways.len() {
            // Whoever goes first has it easier: take turns in that as well.
            let way = ways[(turn + round) % ways.len()];
            fresh_queue(url).await?;
            let share = &events[..count / way.slowness()];
            runs.push(match way {
                Way::Limit => by_hand::pipelined(url, share).await?,
                Way::Loop => by_hand::publish_await(url, share).await?,
                Way::Tasks(tasks) => by_hand::tasks(url, share, tasks).await?,
                Way::OursAll => ours::publish_all(&publisher, share).await?,
                Way::Ours(tasks) => ours::publish(&publisher, share, tasks).await?,
            });
        }
    }
    report(ways, &runs);
    let _ = publisher.close(Duration::from_secs(5)).await;
    Ok(())
}

/// An empty quorum queue, bound to the fanout of the contract.
async fn fresh_queue(url: &str) -> Result<(), Failure> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    channel.queue_delete(QUEUE.into(), QueueDeleteOptions::default()).await?;
    connection.close(200, "done".into()).await?;
    let broker = Broker::connect(url).await?;
    broker.declare(&Queue::new(QUEUE).bind_type::<WorkoutPerformed>()).await?;
    broker.close().await?;
    Ok(())
}
