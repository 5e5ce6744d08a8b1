//! How strictly messages are read.

use clap::Args;
use workout_events::{Decoder, Registry};

/// The options of every command that reads messages: put them into its own with `#[command(flatten)]`.
#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// Also reads the plain envelope of services that have not moved to `CloudEvents` yet.
    #[arg(long, visible_alias = "accept-plain-envelope")]
    plain: bool,
    /// Refuses fields that the contract does not know: they may be misspelt.
    #[arg(long)]
    deny_unknown: bool,
}

impl Reading {
    /// The first-party types, read this way.
    pub(crate) fn registry(&self) -> Registry {
        let mut decoder = Decoder::new();
        if self.plain {
            decoder = decoder.accept_plain_envelope();
        }
        if self.deny_unknown {
            decoder = decoder.deny_unknown_fields();
        }
        Registry::workout().decoder(decoder)
    }
}
