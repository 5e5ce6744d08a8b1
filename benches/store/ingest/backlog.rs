//! Whether writing is as fast into a store that has many workouts.

use sqlx::PgPool;
use stats_store::StatsStore;
use workout_benches::{Failure, backlog, median};
use workout_events::UserId;

use crate::history::{history, users};
use crate::{Wanted, by_hand, ours};

pub(crate) async fn flatness(url: &str, wanted: &Wanted) -> Result<(), Failure> {
    let (store, pool) = (StatsStore::connect(url).await?, PgPool::connect(url).await?);
    by_hand::create(&pool).await?;
    println!(
        "{} rounds of {} events, endurance: ours, by hand into small tables, and the ratio",
        wanted.rounds, wanted.events
    );
    let users = users();
    let empty = rates("empty", &store, &pool, wanted, &users).await?;
    backlog(&pool, wanted.rows, &serde_json::to_string(history(&users, 1, 0)?[0].data())?).await?;
    let full = rates(&format!("{} workouts", wanted.rows), &store, &pool, wanted, &users).await?;
    println!("RATIO full to empty {:.2}", full / empty);
    store.close().await;
    pool.close().await;
    Ok(())
}

/// The median of the ratios: what slows the machine down, slows down both.
async fn rates(
    what: &str,
    store: &StatsStore,
    pool: &PgPool,
    wanted: &Wanted,
    users: &[UserId],
) -> Result<f64, Failure> {
    let (mut ours, mut hand, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..wanted.rounds {
        let limit =
            by_hand::write(pool, &history(users, wanted.events, 0)?, wanted.batch).await?.per_second(wanted.events);
        let rate = ours::write(store, &history(users, wanted.events, 0)?, wanted.batch, store.writer().at_once())
            .await?
            .per_second(wanted.events);
        ours.push(rate);
        hand.push(limit);
        ratios.push(rate / limit);
    }
    let ratio = median(ratios);
    println!("{what:20} {:>8.0}/s {:>8.0}/s {ratio:.2}", median(ours), median(hand));
    Ok(ratio)
}
