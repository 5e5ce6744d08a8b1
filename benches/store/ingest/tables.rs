//! What each statement takes of the time of a batch, as the client sees it: so what each projection costs.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use stats_store::StatsStore;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{Layer, Registry};
use workout_benches::{Failure, figure};

use crate::history::{history, users};
use crate::{KINDS, Wanted, ours};

/// Seconds by statement. sqlx tells of each that has ended.
type Times = BTreeMap<String, f64>;

#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Times>>);

/// To be done last: who listens slows down what comes after.
pub(crate) async fn measure(url: &str, wanted: &Wanted) -> Result<(), Failure> {
    let listener = Listener::default();
    tracing::subscriber::set_global_default(Registry::default().with(listener.clone()))?;
    for (kind, exercises) in KINDS {
        let store = StatsStore::connect(url).await?;
        let events = history(&users(), wanted.events, exercises)?;
        listener.take();
        let spent = ours::write(&store, &events, wanted.batch, 1).await?;
        let times = listener.take();
        store.close().await;
        let share = |seconds: f64| seconds * 1e6 / figure(wanted.events);
        println!("{kind}, one writer, listened to: {:.1} us an event", share(spent.seconds));
        for (name, seconds) in &times {
            println!("  {name:40} {:>6.1}", share(*seconds));
        }
        let rest = spent.seconds - times.values().sum::<f64>();
        println!("  {:40} {:>6.1}", "the rest: computing, begin, commit", share(rest));
    }
    Ok(())
}

impl Listener {
    fn take(&self) -> Times {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" || *event.metadata().level() > Level::DEBUG {
            return;
        }
        let mut said = Said::default();
        event.record(&mut said);
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *times.entry(said.name()).or_default() += said.seconds;
    }
}

#[derive(Default)]
struct Said {
    statement: String,
    seconds: f64,
}

impl Said {
    /// The verb and the table.
    fn name(&self) -> String {
        let verb = self.statement.split_whitespace().next().unwrap_or_default();
        let table = self.statement.split_once("workout_stats.").map_or("", |(_, after)| after);
        let table: String = table.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect();
        let lock = if self.statement.contains("FOR UPDATE") { " and lock" } else { "" };
        format!("{verb} {table}{lock}")
    }
}

impl Visit for Said {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.seconds = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if matches!(field.name(), "summary" | "db.statement") {
            self.statement.push_str(value);
            self.statement.push(' ');
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if matches!(field.name(), "summary" | "db.statement") {
            let _ = write!(self.statement, "{value:?} ");
        }
    }
}
