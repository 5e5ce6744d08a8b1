//! A million rows: whether the relay is as fast at the end as at the beginning, and what it leaves behind.

use sqlx::{Pool, Postgres, Sqlite};
use workout_benches::{Clock, Failure, resident};

use crate::databases::{Bench, fill};
use crate::{Size, relay};

/// Parts of the backlog that are measured one by one.
const PARTS: usize = 5;

pub(crate) async fn table(
    amqp: &str,
    postgres: &Pool<Postgres>,
    sqlite: &Pool<Sqlite>,
    size: Size,
) -> Result<(), Failure> {
    println!(
        "\n{:60} {:>10} {:>9} {:>9}",
        format!("backlog of {} rows", size.backlog),
        "events/s",
        "RSS MB",
        "disk MB"
    );
    rows(amqp, postgres, size).await?;
    rows(amqp, sqlite, size).await
}

async fn rows<DB: Bench>(amqp: &str, pool: &Pool<DB>, size: Size) -> Result<(), Failure> {
    fill(pool, size.backlog).await?;
    let print = async |what: &str, rate: f64| -> Result<(), Failure> {
        let disk = DB::size(pool).await? / 1_000_000;
        println!("{:60} {rate:>10.0} {:>9.1} {disk:>9}", format!("{}, {what}", DB::TITLE), resident()?);
        Ok(())
    };
    print("filled", 0.0).await?;
    for part in 1..=PARTS {
        let clock = Clock::start()?;
        let events = size.backlog / PARTS;
        // One that is stopped has sent a little more than it was asked to: the last one finds less.
        let left = DB::waiting(pool).await?;
        let events = left.saturating_sub(size.backlog - part * events);
        relay::drain_into(amqp, pool, events).await?;
        print(&format!("part {part} of {PARTS}"), clock.stop()?.per_second(events)).await?;
    }
    Ok(())
}
