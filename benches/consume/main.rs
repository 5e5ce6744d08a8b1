//! Consuming through our API, beside the client library that does the same with less care.
//!
//! `cargo bench --bench consume` finds or starts a RabbitMQ, fills a quorum queue and empties it in turns through each way,
//! and prints the medians and two ratios: to the client library, and to the client library with `Event::decode`, which
//! is the fair limit. Figures drift with the machine; the ratios of one run do not. After that a million events go
//! through one consumer, and the memory of the process is printed.
//!
//! `-- ours-batch lapin-batch` runs these ways only, `--rounds 9` more often than 5 times, `--events 20000` with fewer
//! events, and `--memory 0` leaves the million out.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod by_hand;
mod measure;
mod memory;
mod ours;
mod queue;

use support::servers::{Need, provide};
use workout_benches::Failure;

use crate::measure::{Run, Way, report};

/// Events of one run of one way. The first is handled alone, and then batches are full.
const EVENTS: usize = 50_001;

/// Rounds; each runs every way once, in turns.
const ROUNDS: usize = 5;

/// Events that pass while the memory is watched.
const MEMORY: usize = 1_000_000;

fn main() -> Result<(), Failure> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(bench())
}

async fn bench() -> Result<(), Failure> {
    let wanted = Wanted::parse(std::env::args().skip(1))?;
    let servers = provide(&[Need::RabbitMq]).await?;
    let url = servers.setting("WORKOUT_TEST_AMQP_URL").ok_or("no RabbitMQ")?.to_owned();
    // In a task of its own, as a service is: what the main thread awaits is woken from another thread each time.
    let result = tokio::spawn(async move { all(&url, &wanted).await }).await?;
    servers.stop().await;
    result
}

/// What the command line asks for.
struct Wanted {
    ways: Vec<Way>,
    rounds: usize,
    events: usize,
    memory: usize,
}

impl Wanted {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        // `cargo test --benches` only asks whether the bench still runs.
        let mut wanted = Self { ways: Vec::new(), rounds: 1, events: 1_001, memory: 2_000 };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--bench" => (wanted.rounds, wanted.events, wanted.memory) = (ROUNDS, EVENTS, MEMORY),
                "--rounds" => wanted.rounds = args.next().ok_or("how many rounds?")?.parse()?,
                "--events" => wanted.events = args.next().ok_or("how many events?")?.parse()?,
                "--memory" => wanted.memory = args.next().ok_or("how many events?")?.parse()?,
                name => wanted.ways.push(*Way::ALL.iter().find(|way| way.name() == name).ok_or("no such way")?),
            }
        }
        if wanted.ways.is_empty() {
            wanted.ways = Way::ALL.into();
        }
        Ok(wanted)
    }
}

async fn all(url: &str, wanted: &Wanted) -> Result<(), Failure> {
    let Wanted { ways, rounds, events, memory } = wanted;
    let body = queue::body()?;
    println!("{events} events of {} bytes, {rounds} rounds", body.len());
    let mut runs = Vec::new();
    for round in 0..*rounds {
        for turn in 0..ways.len() {
            // Whoever goes first has it easier: take turns in that as well.
            let way = ways[(turn + round) % ways.len()];
            queue::fill(url, &body, *events).await?;
            let spent = match way {
                Way::LapinBatch { decodes } => by_hand::batches(url, *events, decodes).await?,
                Way::LapinEach { prefetch, decodes } => by_hand::each(url, *events, prefetch, decodes).await?,
                Way::BrokerBatch => ours::deliveries(url, *events).await?,
                Way::OursBatch => ours::batches(url, *events).await?,
                Way::Ours { prefetch, handlers } => ours::each(url, *events, prefetch, handlers).await?,
            };
            runs.push(Run::of(way, spent, *events));
        }
    }
    report(ways, &runs);
    if *memory > 0 {
        memory::watch(url, &body, *memory).await?;
    }
    Ok(())
}
