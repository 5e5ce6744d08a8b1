//! `workout store quarantine`

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use stats_store::Quarantined;

use super::place::{Place, failure};
use crate::failure::Failure;
use crate::output::{Output, say};

/// The arguments of `workout store quarantine`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
    /// Prints one JSON object a line, with what it says: some of it is nobody else's business.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { limit, json, place } = arguments;
    let store = place.open().await?;
    let all = store.quarantined().await.map_err(|error| failure(&error))?;
    let found = store.quarantine(None, limit).await.map_err(|error| failure(&error))?;
    store.close().await;
    let mut output = Output::new();
    for aside in &found {
        if json { output.json(&object(aside))? } else { output.line(line(aside))? }
    }
    output.finish()?;
    if !json {
        say(format_args!("{} of {all} in quarantine", found.len()));
    }
    Ok(ExitCode::from(u8::from(u64::try_from(found.len()).is_ok_and(|shown| shown < all))))
}

fn line(aside: &Quarantined) -> String {
    let Quarantined { event_id, fact_id, source, received_at, .. } = aside;
    format!("{received_at:.0}  event {event_id}  from {source}, instead of {fact_id}")
}

fn object(aside: &Quarantined) -> Value {
    let data = serde_json::from_str(&aside.data).unwrap_or_else(|_| Value::from(aside.data.as_str()));
    json!({
        "id": aside.id.to_string(),
        "event_id": aside.event_id.to_string(),
        "fact_id": aside.fact_id.to_string(),
        "user_id": aside.user_id.map(|user| user.to_string()),
        "source": aside.source,
        "said_at": aside.said_at.to_string(),
        "received_at": aside.received_at.to_string(),
        "data": data,
    })
}
