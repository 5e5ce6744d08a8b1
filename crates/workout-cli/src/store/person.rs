//! Whom a command is about.

use clap::Args;
use workout_events::UserId;

/// For commands that are about one person.
#[derive(Debug, Args)]
pub(super) struct One {
    /// The id of the person.
    #[arg(long, value_name = "USER", value_parser = user)]
    pub(super) user: UserId,
}

/// For commands that are about everybody, if nobody is named.
#[derive(Debug, Args)]
pub(super) struct OneOrAll {
    /// Only this person.
    #[arg(long, value_name = "USER", value_parser = user)]
    pub(super) user: Option<UserId>,
}

fn user(text: &str) -> Result<UserId, String> {
    text.parse().map_err(|_| "the id of a person is a UUID, as in 0190c7a1-6b7e-7c1e-8a8e-3c2b1a0f9e8d".to_owned())
}
