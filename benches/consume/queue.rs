//! The queue that is emptied.

use lapin::options::QueueDeleteOptions;
use workout_benches::by_hand::{open, pipelined};
use workout_benches::{Failure, event};
use workout_broker::{Broker, Queue};
use workout_events::{Event, WorkoutPerformed};

/// Its name.
pub(crate) const QUEUE: &str = "bench.consume";

/// What is in it, so many times: reading it costs the same each time.
pub(crate) fn body() -> Result<Vec<u8>, Failure> {
    let performed = event()?.into_data().active_s(3_000).distance_m(10_000).energy_kcal(700).avg_hr(140).max_hr(180);
    Ok(Event::new("/coach", performed)?.encode())
}

/// A quorum queue as a consumer declares it, with so many events in it and nothing else.
pub(crate) async fn fill(url: &str, body: &[u8], events: usize) -> Result<(), Failure> {
    let (connection, channel) = open(url).await?;
    channel.queue_delete(QUEUE.into(), QueueDeleteOptions::default()).await?;
    connection.close(200, "done".into()).await?;
    let broker = Broker::connect(url).await?;
    broker.declare(&Queue::new(QUEUE).bind_type::<WorkoutPerformed>()).await?;
    broker.close().await?;
    pipelined(url, body, events).await
}
