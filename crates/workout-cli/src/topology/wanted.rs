//! What is to exist, as the options say.

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
    /// Also the queue workout.landing, for events that are published before their first consumer exists.
    #[arg(long)]
    landing: bool,
}

impl Wanted {
    pub(super) fn topology(&self) -> Topology {
        let topology = self.queues.iter().cloned().fold(Topology::new(), Topology::queue);
        if self.landing { topology.landing() } else { topology }
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
