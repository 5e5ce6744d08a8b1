//! What the command is told.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use workout_events::jiff::SignedDuration;

use crate::amqp::{Amqp, Secret};

/// The arguments of `workout doctor`.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is changed: no queue, no exchange and no table is made. By AMQP alone the doctor sees whether exchanges and \
queues are there and the first difference of each; with the management API of RabbitMQ also policies, bindings, \
consumers, alarms, and every work queue that has a dead-letter queue. The docs list every code of a finding.

Examples:
  workout doctor --amqp amqp://guest:guest@localhost/%2f --queue stats.workouts
  workout doctor --management https://monitor@rabbitmq.example.org:15671 --management-password-file secret
  workout doctor --management http://guest:guest@localhost:15672 --store postgres://stats@localhost/stats
  workout doctor --handler-time 40m --consumer-timeout 30m --ladder 1s,5s,30s,5m
  workout doctor --json | jq '.findings[] | select(.severity == \"unsafe\")'

Exit codes: 0 nothing is unsafe, 1 something is, 2 the broker or the store cannot be asked.")]
pub(crate) struct Arguments {
    /// A work queue to look at, with its dead letters and delay queues. Can be given several times.
    #[arg(long = "queue", value_name = "NAME")]
    pub(super) queues: Vec<String>,

    /// How long a handler may take at most, as in 90s or 40m: RabbitMQ takes its channel away when it takes too long.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(super) handler_time: Option<Duration>,

    /// The `consumer_timeout` of the nodes, where it is not RabbitMQ's 30m: nobody can be asked for it.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(super) consumer_timeout: Option<Duration>,

    /// The waits between attempts that the consumers have, if they are not 1s,5s,30s,5m.
    #[arg(long, value_name = "DURATIONS", value_delimiter = ',', value_parser = duration)]
    pub(super) ladder: Vec<Duration>,

    /// Also looks at the database of the statistics: `postgres://...` or `sqlite://FILE`.
    #[arg(long, value_name = "URL", env = "WORKOUT_STORE", hide_env_values = true)]
    pub(super) store: Option<Secret>,

    /// Shows all that was found in order too.
    #[arg(long, short)]
    pub(super) verbose: bool,

    /// Prints one JSON object.
    #[arg(long)]
    pub(super) json: bool,

    #[command(flatten)]
    pub(super) amqp: Amqp,

    /// Also asks RabbitMQ's management API: `https://user:password@host:15671`. The user needs the tag `monitoring`.
    #[arg(
        long,
        value_name = "URL",
        env = "RABBITMQ_MANAGEMENT_URL",
        hide_env_values = true,
        help_heading = "Management"
    )]
    pub(super) management: Option<Secret>,

    /// The user of the management API, where the URL names none.
    #[arg(long, value_name = "USER", requires = "management", help_heading = "Management")]
    pub(super) management_user: Option<String>,

    /// Reads the password for the management API from a file; its URL then has none.
    #[arg(long, value_name = "FILE", requires = "management", help_heading = "Management")]
    pub(super) management_password_file: Option<PathBuf>,

    /// Trusts the authorities in this PEM file for the management API, instead of those of --ca.
    #[arg(long, value_name = "FILE", requires = "management", help_heading = "Management")]
    pub(super) management_ca: Option<PathBuf>,
}

/// As people write it: `500ms`, `90s`, `1h 30m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let refused = || format!("{text:?} is no duration such as 500ms, 90s, 5m or 1h");
    let duration: SignedDuration = text.parse().map_err(|_| refused())?;
    Duration::try_from(duration).ok().filter(|duration| !duration.is_zero()).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_what_people_write() {
        #[track_caller]
        fn check(text: &str, want: Option<Duration>) {
            assert_eq!(duration(text).ok(), want, "{text}");
        }
        check("1s", Some(Duration::from_secs(1)));
        check("5m", Some(Duration::from_mins(5)));
        check("1h 30m", Some(Duration::from_mins(90)));
        check("500ms", Some(Duration::from_millis(500)));
        for refused in ["", "5", "0s", "-5s", "soon"] {
            check(refused, None);
        }
    }
}
