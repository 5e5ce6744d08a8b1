//! Which letters of which queue.

use clap::Args;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use workout_consumer::Reason;
use workout_consumer::dead_letters::Filter;
use workout_events::jiff::Timestamp;

use crate::dlq::time;

/// The queue of every command about dead letters.
#[derive(Debug, Args)]
pub(super) struct QueueName {
    /// The queue of the consumer; that of its dead letters has the same name and `.dead`.
    #[arg(value_name = "QUEUE", value_parser = NonEmptyStringValueParser::new())]
    queue: String,
}

impl QueueName {
    /// Whoever names the dead letters themselves means the same.
    pub(super) fn as_str(&self) -> &str {
        self.queue.strip_suffix(".dead").unwrap_or(&self.queue)
    }
}

/// Which letters: those for which all of it holds.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which letters")]
pub(super) struct Meant {
    /// Only events of this type. Can be given several times.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Only what died for this reason. Can be given several times.
    #[arg(long = "reason", value_name = "REASON", value_parser = reasons())]
    reasons: Vec<Reason>,
    /// Only what died since then: 2026-03-28T17:29:00Z, or how long ago: 90s, 30m, 2h, 7d.
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    since: Option<Timestamp>,
    /// Only what died before then.
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    until: Option<Timestamp>,
    /// Only the event with this id, or the letter with this key. Can be given several times.
    #[arg(long = "id", value_name = "ID")]
    ids: Vec<String>,
    /// Only those whose handler said this, among other things.
    #[arg(long, value_name = "TEXT")]
    error: Option<String>,
}

impl Meant {
    pub(super) fn filter(self) -> Filter {
        let Self { types, reasons, since, until, ids, error } = self;
        let mut filter = types.into_iter().fold(Filter::all(), Filter::event_type);
        filter = reasons.into_iter().fold(filter, Filter::reason);
        filter = ids.into_iter().fold(filter, Filter::id);
        filter = since.into_iter().fold(filter, Filter::from);
        filter = until.into_iter().fold(filter, Filter::until);
        error.into_iter().fold(filter, Filter::error_contains)
    }
}

fn reasons() -> impl TypedValueParser<Value = Reason> {
    PossibleValuesParser::new(Reason::ALL.iter().map(|reason| reason.as_str())).try_map(|name| name.parse())
}
