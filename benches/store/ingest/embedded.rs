//! The embedded way: the broker in memory, and SQLite on disk.

use stats_store::StatsStore;
use workout_benches::{Clock, Failure, median};
use workout_broker::Queue;
use workout_broker::in_process::Server;
use workout_events::WorkoutPerformed;

use crate::broker::{QUEUE, publish};
use crate::history::{history, messages, users};
use crate::{Wanted, ours};

pub(crate) async fn measure(wanted: &Wanted, exercises: usize) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let store = StatsStore::sqlite(folder.path().join("stats.db")).await?;
    let (users, mut direct, mut whole) = (users(), Vec::new(), Vec::new());
    for _ in 0..wanted.rounds {
        let events = history(&users, wanted.events, exercises)?;
        direct.push(ours::write(&store, &events, wanted.batch, 1).await?.per_second(wanted.events));
        let events = messages(&users, wanted.events, exercises)?;
        let broker = Server::new().connect();
        broker.declare(&Queue::new(QUEUE).bind_type::<WorkoutPerformed>()).await?;
        let clock = Clock::start()?;
        let publishing = publish(&broker, &events);
        let consuming = ours::consume(&broker, &store, wanted, 1);
        tokio::try_join!(publishing, consuming)?;
        whole.push(clock.stop()?.per_second(wanted.events));
    }
    store.close().await;
    println!("  {:28} {:24} {:>8.0}/s", "into SQLite", "ours", median(direct));
    println!("  {:28} {:24} {:>8.0}/s", "broker in memory to SQLite", "ours, publish to commit", median(whole));
    Ok(())
}
