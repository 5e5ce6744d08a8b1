//! How fast a relay is, and what it costs while nothing happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::{Pool, Postgres, Sqlite};
use tokio::time::sleep;
use workout_benches::by_hand::pipelined;
use workout_benches::{Clock, Failure, event, median};
use workout_broker::Broker;
use workout_events::amqp::Message;
use workout_publisher::Outcome;
use workout_publisher::outbox::{Outbox, Relay, Sink};

use crate::databases::{Bench, fill};
use crate::{Size, by_hand};

/// A way to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Lapin,
    ByHand,
    Statements,
    Postgres,
    Sqlite,
}

impl Way {
    const ALL: [Self; 5] = [Self::Lapin, Self::ByHand, Self::Statements, Self::Postgres, Self::Sqlite];

    fn name(self) -> &'static str {
        match self {
            Self::Lapin => "lapin, 64 polled together, window 1000, no database",
            Self::ByHand => "PostgreSQL, 2 relays by hand, rows locked meanwhile (limit)",
            Self::Statements => "PostgreSQL, Relay into nothing: only its statements",
            Self::Postgres => "PostgreSQL, Relay",
            Self::Sqlite => "SQLite, Relay",
        }
    }
}

pub(crate) async fn table(
    amqp: &str,
    postgres: &Pool<Postgres>,
    sqlite: &Pool<Sqlite>,
    size: Size,
) -> Result<(), Failure> {
    by_hand::queue(amqp).await?;
    let body = event()?.encode();
    let mut runs = Vec::new();
    for round in 0..size.rounds {
        for turn in 0..Way::ALL.len() {
            // Whoever goes first has it easier: take turns in that as well.
            let way = Way::ALL[(turn + round) % Way::ALL.len()];
            match way {
                Way::Lapin => {}
                Way::Sqlite => fill(sqlite, size.events).await?,
                Way::ByHand | Way::Statements | Way::Postgres => fill(postgres, size.events).await?,
            }
            let clock = Clock::start()?;
            match way {
                Way::Lapin => pipelined(amqp, &body, size.events).await?,
                Way::ByHand => by_hand::relays(amqp, postgres).await?,
                Way::Statements => drain(postgres, || Nothing, size.events).await?,
                Way::Postgres => drain_into(amqp, postgres, size.events).await?,
                Way::Sqlite => drain_into(amqp, sqlite, size.events).await?,
            }
            let spent = clock.stop()?;
            runs.push((way, spent.per_second(size.events), spent.cpu_per_100k(size.events)));
        }
    }
    println!("\n{:60} {:>10} {:>7} {:>12}", "relay", "events/s", "ratio", "CPU s/100k");
    let of = |way: Way| {
        let runs = || runs.iter().filter(move |run| run.0 == way);
        (median(runs().map(|run| run.1).collect()), median(runs().map(|run| run.2).collect()))
    };
    for way in Way::ALL {
        let (rate, cpu) = of(way);
        println!("{:60} {rate:>10.0} {:>7.2} {cpu:>12.2}", way.name(), rate / of(Way::ByHand).0);
    }
    idle(amqp, postgres, size).await?;
    idle(amqp, sqlite, size).await
}

/// Runs a relay until this many events are published to the broker.
pub(crate) async fn drain_into<DB: Bench>(amqp: &str, pool: &Pool<DB>, events: usize) -> Result<(), Failure> {
    let broker = Broker::connect(amqp).await?;
    drain(pool, || broker.lane(), events).await?;
    // A lane that was dropped just now may still be closing, which is no failure of the bench.
    let _ = broker.close().await;
    Ok(())
}

/// Runs a relay until this many events are published.
pub(crate) async fn drain<DB: Bench, S: Sink>(
    pool: &Pool<DB>,
    sink: impl Fn() -> S,
    events: usize,
) -> Result<(), Failure> {
    let taken = Arc::new(AtomicUsize::new(0));
    let all = async {
        while taken.load(Ordering::Relaxed) < events {
            sleep(Duration::from_millis(1)).await;
        }
    };
    // As many lanes as `Relay::new` has.
    let counted = || Counted { sink: sink(), taken: Arc::clone(&taken) };
    let relay = Relay::through(Outbox::new(pool.clone()), counted()).beside(counted()).beside(counted());
    let report = relay.run(all).await?;
    if report.sent < u64::try_from(events)? {
        return Err(format!("not everything was sent: {report:?}").into());
    }
    Ok(())
}

/// What a relay takes of a processor while nothing happens.
async fn idle<DB: Bench>(amqp: &str, pool: &Pool<DB>, size: Size) -> Result<(), Failure> {
    DB::clear(pool).await?;
    let broker = Broker::connect(amqp).await?;
    let seconds = size.idle_seconds;
    let clock = Clock::start()?;
    Relay::new(Outbox::new(pool.clone()), &broker).run(sleep(Duration::from_secs(seconds.into()))).await?;
    let spent = clock.stop()?;
    // A lane that was dropped just now may still be closing, which is no failure of the bench.
    let _ = broker.close().await;
    println!(
        "{:60} {:>9.2}%",
        format!("{}, Relay, idle for {seconds} s: of one processor", DB::TITLE),
        spent.cpu * 100.0 / spent.seconds
    );
    Ok(())
}

/// A sink that knows how much it has published.
struct Counted<S> {
    sink: S,
    taken: Arc<AtomicUsize>,
}

impl<S: Sink> Sink for Counted<S> {
    async fn publish(&mut self, window: &[Arc<Message>]) -> Vec<Outcome> {
        let outcomes = self.sink.publish(window).await;
        self.taken.fetch_add(window.len(), Ordering::Relaxed);
        outcomes
    }
}

/// A broker that is no work.
struct Nothing;

impl Sink for Nothing {
    async fn publish(&mut self, window: &[Arc<Message>]) -> Vec<Outcome> {
        vec![Outcome::Confirmed; window.len()]
    }
}
