//! What is to exist, as the options say.

use std::time::Duration;

use clap::Args;
use workout_broker::{Queue, Topology};
use workout_events::{Registry, TOPIC_EXCHANGE};

/// The exchanges of the contract always, and besides:
#[derive(Debug, Args)]
pub(super) struct Wanted {
    /// Also a queue, with its dead-letter queue, that hears these types: `NAME=TYPE,TYPE`. Can be repeated.
    ///
    /// A type is one of those that `workout schema list` names, or a pattern of the topic `workout.events`: `goal.*`.
    #[arg(long = "queue", value_name = "NAME=TYPES", value_parser = parse)]
    queues: Vec<Queue>,
    /// Also delay queues for each `--queue`, in which a consumer lets messages wait that it tries again: `--retries`, or
    /// with delays of your own, `--retries=500ms,1m,2h`.
    #[arg(long, value_name = "DELAYS", num_args = 0..=1, require_equals = true, default_missing_value = "1s,5s,30s,5m",
        value_delimiter = ',', value_parser = time)]
    retries: Vec<Duration>,
    /// Also the queue workout.landing, for events that are published before their first consumer exists.
    #[arg(long)]
    landing: bool,
    /// Also the stream workout.history of all events, for services that come later: `--history` for 30 days, or for a time
    /// of your own, `--history=8760h`.
    #[arg(long, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "720h",
        value_parser = time)]
    history: Option<Duration>,
    /// Also an exchange that gives everything to all queues that are bound to it, for what instances of a service tell one
    /// another: `stats.changed`. Can be repeated.
    #[arg(long = "fanout", value_name = "NAME")]
    fanouts: Vec<String>,
}

impl Wanted {
    pub(super) fn topology(&self) -> Topology {
        let queues = self.queues.iter().map(|queue| queue.clone().retries(&self.retries));
        let topology = queues.fold(Topology::new(), Topology::queue);
        let topology = if self.landing { topology.landing() } else { topology };
        let topology = self.history.into_iter().fold(topology, Topology::history);
        self.fanouts.iter().fold(topology, Topology::fanout)
    }

    /// Of what AMQP cannot do.
    pub(super) fn remind(&self) {
        if self.landing {
            eprintln!(
                "workout: the landing queue takes events once this policy is set, by an operator:\n  \
                 rabbitmqctl set_policy -p VHOST workout-landing '^workout\\.events$' \
                 '{{\"alternate-exchange\":\"workout.landing\"}}' --apply-to exchanges"
            );
        }
    }
}

fn time(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("a time is a number and a unit: 500ms, 1s, 5m, 2h".to_owned()),
    };
    let number = number.parse::<u64>().ok().and_then(|number| number.checked_mul(milliseconds));
    number.map(Duration::from_millis).ok_or_else(|| "a time is a number and a unit, and not too long".to_owned())
}

fn parse(text: &str) -> Result<Queue, String> {
    let (name, types) = text.split_once('=').unwrap_or((text, ""));
    if name.is_empty() {
        return Err("a queue needs a name: NAME=TYPE,TYPE".to_owned());
    }
    let registry = Registry::workout();
    let hear = |queue: Queue, heard: &str| {
        let exchange = registry.get(heard).map_or(TOPIC_EXCHANGE, |info| info.exchange);
        queue.bind(exchange, heard)
    };
    Ok(types.split(',').filter(|heard| !heard.is_empty()).fold(Queue::new(name), hear))
}
