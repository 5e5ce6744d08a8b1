//! Decoded events into PostgreSQL, without a broker.

use sqlx::postgres::PgPool;
use stats_store::StatsStore;
use workout_benches::{Failure, Run};

use crate::history::{history, users};
use crate::server::{Way, cpu, report};
use crate::{Wanted, by_hand, ours};

pub(crate) async fn compare(url: &str, wanted: &Wanted, exercises: usize) -> Result<(), Failure> {
    let (store, pool) = (StatsStore::connect(url).await?, PgPool::connect(url).await?);
    by_hand::create(&pool).await?;
    let (users, mut runs, mut server) = (users(), Vec::new(), Vec::new());
    for round in 0..wanted.rounds {
        for way in Way::turns(store.writer().at_once(), round) {
            let events = history(&users, wanted.events, exercises)?;
            let before = cpu(&pool).await?;
            let spent = match way {
                Way::ByHand => by_hand::write(&pool, &events, wanted.batch).await?,
                Way::Ours(writers) => ours::write(&store, &events, wanted.batch, writers).await?,
            };
            server.push((way, cpu(&pool).await? - before));
            runs.push(Run::of(way, spent, wanted.events));
        }
    }
    report("into PostgreSQL", &runs, &server, wanted.events);
    store.close().await;
    pool.close().await;
    Ok(())
}
