//! What an event costs its transaction.

use sqlx::{Pool, Postgres, Sqlite};
use workout_benches::{Clock, Failure, event, median};
use workout_events::{Event, WorkoutPerformed};
use workout_publisher::outbox::Outbox;

use crate::databases::Bench;
use crate::{Size, by_hand};

/// Events of one transaction.
const TOGETHER: usize = 100;

pub(crate) async fn table(postgres: &Pool<Postgres>, sqlite: &Pool<Sqlite>, size: Size) -> Result<(), Failure> {
    println!("{:60} {:>10} {:>7}", "enqueue, 100 in a transaction", "events/s", "ratio");
    row(postgres, size).await?;
    row(sqlite, size).await
}

/// In turns, a transaction each.
async fn row<DB: Bench + by_hand::Table>(pool: &Pool<DB>, size: Size) -> Result<(), Failure> {
    DB::clear(pool).await?;
    DB::create(pool).await?;
    let outbox = Outbox::new(pool.clone());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..size.events / TOGETHER / 4 {
        let events = (0..TOGETHER).map(|_| event()).collect::<Result<Vec<_>, _>>()?;
        for turn in 0..2 {
            if (round + turn) % 2 == 0 {
                ours.push(enqueued(&outbox, pool, &events).await?);
            } else {
                theirs.push(by_hand::inserted(pool, &events).await?);
            }
        }
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("{:60} {theirs:>10.0} {:>7.2}", format!("{}, INSERT by hand of id and body (the limit)", DB::TITLE), 1.0);
    println!("{:60} {ours:>10.0} {:>7.2}", format!("{}, Outbox::enqueue", DB::TITLE), ours / theirs);
    Ok(())
}

async fn enqueued<DB: Bench>(
    outbox: &Outbox<DB>,
    pool: &Pool<DB>,
    events: &[Event<WorkoutPerformed>],
) -> Result<f64, Failure> {
    let clock = Clock::start()?;
    let mut transaction = pool.begin().await?;
    for event in events {
        outbox.enqueue(&mut transaction, event).await?;
    }
    transaction.commit().await?;
    Ok(clock.stop()?.per_second(events.len()))
}
