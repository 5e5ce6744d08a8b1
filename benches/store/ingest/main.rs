//! Writing with the ledger and every projection, beside what people write by hand for one.
//!
//! `cargo bench --bench ingest` finds or starts a PostgreSQL and a RabbitMQ, and measures in turns: decoded events into
//! PostgreSQL, events from a queue of RabbitMQ into PostgreSQL, and the embedded way, from the broker in memory into SQLite.
//! It prints medians and the median of the ratios. Figures drift with the machine; the ratios of one run do not. After that
//! it prints what each statement takes, so what each projection costs.
//!
//! `-- store broker embedded tables` runs these parts only, `--rounds 9` more often than 5 times, `--events 20000` with fewer
//! events, `--batch 1000` with so many written together. `--rows 10000000` puts so many workouts into the store first, and prints how fast it was before: flat is 1.0.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod by_hand;
mod history;
mod ours;

mod backlog;
mod server;
mod tables;

mod broker;
mod embedded;
mod store;

use support::servers::{Need, provide};
use workout_benches::Failure;

/// How many events of each size a round writes.
const EVENTS: usize = 50_000;

/// How often everything is measured, in turns.
const ROUNDS: usize = 5;

/// How many events are written together, unless it is said otherwise.
const BATCH: usize = 1_000;

/// Workouts of endurance, and of strength: how many exercises of four sets they have.
const KINDS: [(&str, usize); 2] = [("endurance", 0), ("strength, 5 exercises of 4 sets", 5)];

/// What the command line asks for.
struct Wanted {
    parts: Vec<String>,
    events: usize,
    rounds: usize,
    batch: usize,
    rows: u64,
}

fn main() -> Result<(), Failure> {
    let wanted = Wanted::parse(std::env::args().skip(1))?;
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(bench(wanted))
}

async fn bench(wanted: Wanted) -> Result<(), Failure> {
    let servers = provide(&[Need::Postgres, Need::RabbitMq]).await?;
    let setting = |name: &str| servers.setting(name).map(str::to_owned).ok_or("a server has no address");
    let (postgres, rabbitmq) = (setting("WORKOUT_TEST_POSTGRES_URL")?, setting("WORKOUT_TEST_AMQP_URL")?);
    // In a task of its own, as a service is: what the main thread awaits is woken from another thread each time.
    let result = tokio::spawn(async move { all(&postgres, &rabbitmq, &wanted).await }).await?;
    servers.stop().await;
    result
}

async fn all(postgres: &str, rabbitmq: &str, wanted: &Wanted) -> Result<(), Failure> {
    if wanted.rows > 0 {
        return backlog::flatness(postgres, wanted).await;
    }
    let compared = ["store", "broker", "embedded"].iter().any(|part| wanted.has(part));
    for (name, exercises) in KINDS.iter().filter(|_| compared) {
        println!("{name}: {} rounds of {} events, batches of {}", wanted.rounds, wanted.events, wanted.batch);
        if wanted.has("store") {
            store::compare(postgres, wanted, *exercises).await?;
        }
        if wanted.has("broker") {
            broker::compare(postgres, rabbitmq, wanted, *exercises).await?;
        }
        if wanted.has("embedded") {
            embedded::measure(wanted, *exercises).await?;
        }
    }
    if wanted.has("tables") {
        tables::measure(postgres, wanted).await?;
    }
    Ok(())
}

impl Wanted {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        // `cargo test --benches` only asks whether the bench still runs.
        let mut wanted = Self { parts: Vec::new(), events: 1_000, rounds: 1, batch: BATCH, rows: 0 };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--bench" => (wanted.events, wanted.rounds) = (EVENTS, ROUNDS),
                "--rounds" => wanted.rounds = args.next().ok_or("how many rounds?")?.parse()?,
                "--events" => wanted.events = args.next().ok_or("how many events?")?.parse()?,
                "--batch" => wanted.batch = args.next().ok_or("how many events?")?.parse()?,
                "--rows" => wanted.rows = args.next().ok_or("how many rows?")?.parse()?,
                "store" | "broker" | "embedded" | "tables" => wanted.parts.push(arg),
                _ => return Err("the parts are: store, broker, embedded, tables".into()),
            }
        }
        Ok(wanted)
    }

    /// What a reader may have out: a batch is read while the one before it is written.
    fn prefetch(&self) -> usize {
        self.batch * 2
    }

    fn has(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|wanted| wanted == part)
    }
}
