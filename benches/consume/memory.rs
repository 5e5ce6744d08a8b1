//! Whether a consumer is as large after a million events as before.

use tokio::sync::oneshot;
use workout_benches::by_hand::pipelined;
use workout_benches::{Clock, Failure, resident};
use workout_broker::Broker;

use crate::ours::{Count, batching};
use crate::queue;

/// Parts that are measured one by one.
const PARTS: usize = 10;

/// One consumer, through which all events go while they are published.
pub(crate) async fn watch(url: &str, body: &[u8], events: usize) -> Result<(), Failure> {
    let part = events / PARTS;
    queue::fill(url, body, part).await?;
    let count = Count::down_from(part);
    let consumer = batching(count.clone())?;
    let broker = Broker::connect(url).await?;
    broker.declare(&consumer.queue()).await?;
    println!("\n{:40} {:>9} {:>9}", format!("{events} events through Batches::of(500)"), "events/s", "RSS MB");
    println!("{:40} {:>9} {:>9.1}", "before", "", resident()?);
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(consumer.run(broker.clone(), async { stopped.await.unwrap_or_default() }));
    for number in 1..=PARTS {
        let clock = Clock::start()?;
        if number > 1 {
            pipelined(url, body, part).await?;
        }
        count.done(part).await;
        let rate = clock.stop()?.per_second(part);
        println!("{:40} {rate:>9.0} {:>9.1}", format!("after {}", number * part), resident()?);
    }
    drop(stop);
    let report = running.await??;
    broker.close().await?;
    println!("{:40} {:>9} {:>9.1}", format!("ended, {} handled", report.handled), "", resident()?);
    Ok(())
}
