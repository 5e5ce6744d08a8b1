//! The outbox, beside what it is made of and beside what people write by hand.
//!
//! `cargo bench --bench outbox` finds or starts a RabbitMQ and a PostgreSQL, and prints three tables: what it costs to
//! enqueue, how fast a relay is, and what a million rows do to it. Figures drift with the machine; the ratios of one run
//! do not. `-- --backlog 100000` makes the last one smaller.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod backlog;
mod by_hand;
mod databases;
mod enqueue;
mod relay;

use support::servers::{Need, provide};
use workout_benches::Failure;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Size {
    events: usize,
    rounds: usize,
    backlog: usize,
    idle_seconds: u32,
}

const FULL: Size = Size { events: 40_000, rounds: 3, backlog: 1_000_000, idle_seconds: 20 };

/// `cargo test --benches` only asks whether the bench still runs.
const SMALL: Size = Size { events: 1_000, rounds: 1, backlog: 2_000, idle_seconds: 1 };

fn main() -> Result<(), Failure> {
    let mut size = if std::env::args().any(|arg| arg == "--bench") { FULL } else { SMALL };
    let mut args = std::env::args().skip_while(|arg| arg != "--backlog").skip(1);
    if let Some(backlog) = args.next() {
        size.backlog = backlog.parse()?;
    }
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(bench(size))
}

async fn bench(size: Size) -> Result<(), Failure> {
    let servers = provide(&[Need::RabbitMq, Need::Postgres]).await?;
    let setting = |name| servers.setting(name).map(str::to_owned).ok_or_else(|| format!("{name} is not known"));
    let (amqp, postgres) = (setting("WORKOUT_TEST_AMQP_URL")?, setting("WORKOUT_TEST_POSTGRES_URL")?);
    let result = all(&amqp, &postgres, size).await;
    servers.stop().await;
    result
}

async fn all(amqp: &str, postgres: &str, size: Size) -> Result<(), Failure> {
    let (_folder, sqlite) = databases::sqlite().await?;
    let postgres = databases::postgres(postgres).await?;
    enqueue::table(&postgres, &sqlite, size).await?;
    relay::table(amqp, &postgres, &sqlite, size).await?;
    backlog::table(amqp, &postgres, &sqlite, size).await?;
    Ok(())
}
