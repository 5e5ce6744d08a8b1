//! The time from the publish of an event to its statistics.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep_until;
use workout_broker::Broker;
use workout_events::EventId;
use workout_publisher::Publisher;

use crate::clock::percentile;
use crate::events::event;

/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// Events that are under way, and how long those took that have arrived.
#[derive(Default)]
pub(crate) struct Latency(Mutex<(HashMap<EventId, Instant>, Vec<Duration>)>);

impl Latency {
    /// Publishes events, each at its time: one that the broker takes late is late, and does not delay those after it.
    pub(crate) async fn publish(
        &self,
        broker: &Broker,
        events: u64,
        rate: u32,
        seed: u64,
    ) -> Result<(), Box<dyn Error>> {
        let publisher = Publisher::new(broker.clone());
        let (start, step) = (tokio::time::Instant::now(), Duration::from_secs(1) / rate);
        let (mut due, mut publishing) = (start, JoinSet::new());
        for number in 0..events {
            sleep_until(due).await;
            due += step;
            let event = event(seed, number).map_err(|error| error as Box<dyn Error>)?;
            self.with(|under_way, _| under_way.insert(event.id(), Instant::now()));
            let publisher = publisher.clone();
            publishing.spawn(async move { publisher.publish(&event).await });
            while let Some(published) = publishing.try_join_next() {
                let _ = published??;
            }
        }
        for published in publishing.join_all().await {
            let _ = published?;
        }
        let _ = publisher.close(GOODBYE).await;
        Ok(())
    }

    /// The event is committed.
    pub(crate) fn stored(&self, event: EventId) {
        self.with(|under_way, took| took.extend(under_way.remove(&event).map(|since| since.elapsed())));
    }

    pub(crate) fn print(&self) {
        let [p50, p99] = [50, 99].map(|percent| self.with(|_, took| percentile(took, percent)).as_secs_f64() * 1_000.0);
        println!("from publish to statistics: p50 {p50:.1} ms, p99 {p99:.1} ms");
    }

    fn with<T>(&self, look: impl FnOnce(&mut HashMap<EventId, Instant>, &mut Vec<Duration>) -> T) -> T {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (under_way, took) = &mut *held;
        look(under_way, took)
    }
}
