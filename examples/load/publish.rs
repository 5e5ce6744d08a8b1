//! `load publish`

use std::error::Error;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinSet;
use workout_broker::Queue;
use workout_events::WorkoutPerformed;
use workout_publisher::{Outcome, Publisher};

use crate::clock::{Clock, Spent, percentile};
use crate::events::event;

/// The queue that makes the events routable.
const QUEUE: &str = "load.publish";

/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// How many events a task publishes before it moves the bar.
const STEP: u64 = 100;

#[derive(Args)]
#[command(after_help = "\
An event is confirmed by a queue that keeps it, so the queue load.publish is declared for them. It stays, with the \
events in it: delete it when they are not needed. With --no-queue they need another that wants workout.performed.

The same seed makes the same events, with the same ids. Making them is part of what is measured.

Exit codes: 0 all are confirmed, 1 one or more are not, 2 the broker cannot be used.")]
pub(crate) struct Arguments {
    /// How many events.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    events: u64,
    /// How many tasks publish, each one event after the other.
    #[arg(long, value_name = "T", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    tasks: u16,
    #[command(flatten)]
    server: crate::server::Server,
    /// Makes these events again; a new seed is taken, and printed, without it.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Declares no queue.
    #[arg(long)]
    no_queue: bool,
}

/// What became of the events, and how long each took.
#[derive(Default)]
struct Tally {
    confirmed: u64,
    returned: u64,
    nacked: u64,
    unknown: u64,
    /// Certainly not sent, with the first reason.
    not_sent: u64,
    reason: Option<String>,
    calls: Vec<Duration>,
}

/// Says whether all are confirmed.
pub(crate) async fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let broker = arguments.server.connect().await?;
    if !arguments.no_queue {
        broker.declare(&Queue::new(QUEUE).bind_type::<WorkoutPerformed>()).await?;
        println!("the queue {QUEUE} is declared and keeps the events (--no-queue leaves it out)");
    }
    let seed = arguments.seed.unwrap_or_else(new_seed);
    println!("{} events of seed {seed}, {} tasks", arguments.events, arguments.tasks);

    let publisher = Publisher::new(broker.clone());
    let clock = Clock::start();
    let tally = all(&publisher, arguments, seed).await?;
    let spent = clock.stop();
    let _ = publisher.close(GOODBYE).await;
    let _ = tokio::time::timeout(GOODBYE, broker.close()).await;

    let all_confirmed = tally.confirmed == arguments.events;
    tally.print(&spent);
    Ok(all_confirmed)
}

async fn all(publisher: &Publisher, arguments: &Arguments, seed: u64) -> Result<Tally, Box<dyn Error>> {
    let (next, progress) = (Arc::new(AtomicU64::new(0)), progress(arguments.events));
    let mut tasks = JoinSet::new();
    for _ in 0..arguments.tasks {
        let (publisher, next, progress) = (publisher.clone(), Arc::clone(&next), progress.clone());
        let end = arguments.events;
        tasks.spawn(async move {
            let mut tally = Tally::default();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= end {
                    return Ok(tally);
                }
                tally.publish(&publisher, seed, number).await?;
                if number.is_multiple_of(STEP) {
                    progress.set_position(number);
                }
            }
        });
    }
    let mut whole = Tally::default();
    while let Some(tally) = tasks.join_next().await {
        let tally: Result<Tally, Box<dyn Error + Send + Sync>> = tally?;
        whole.add(tally.map_err(|error| error as Box<dyn Error>)?);
    }
    progress.finish_and_clear();
    Ok(whole)
}

impl Tally {
    async fn publish(
        &mut self,
        publisher: &Publisher,
        seed: u64,
        number: u64,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let event = event(seed, number)?;
        let start = Instant::now();
        let outcome = publisher.publish(&event).await;
        self.calls.push(start.elapsed());
        match outcome {
            Ok(Outcome::Confirmed) => self.confirmed += 1,
            Ok(Outcome::Returned) => self.returned += 1,
            Ok(Outcome::Nacked) => self.nacked += 1,
            Ok(_) => self.unknown += 1,
            Err(error) => {
                self.not_sent += 1;
                self.reason.get_or_insert_with(|| crate::with_causes(&error));
            }
        }
        Ok(())
    }

    fn add(&mut self, other: Self) {
        self.confirmed += other.confirmed;
        self.returned += other.returned;
        self.nacked += other.nacked;
        self.unknown += other.unknown;
        self.not_sent += other.not_sent;
        self.reason = self.reason.take().or(other.reason);
        self.calls.extend(other.calls);
    }

    fn print(mut self, spent: &Spent) {
        let Self { confirmed, returned, nacked, unknown, not_sent, .. } = self;
        println!("{confirmed} confirmed, {returned} returned, {nacked} nacked, {unknown} unknown, {not_sent} not sent");
        if let Some(reason) = &self.reason {
            println!("not sent, among others: {reason}");
        }
        let [p50, p99] = [50, 99].map(|percent| percentile(&mut self.calls, percent));
        println!("a call of publish: p50 {:.3} ms, p99 {:.3} ms", milliseconds(p50), milliseconds(p99));
        spent.print(confirmed);
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// The time will do: another run is another time.
pub(crate) fn new_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| u64::from(time.subsec_micros()) + time.as_secs())
}

/// Something to look at, where somebody does.
fn progress(events: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {per_sec} {eta}");
    ProgressBar::new(events).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
