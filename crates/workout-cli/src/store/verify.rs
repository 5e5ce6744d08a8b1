//! `workout store verify`

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use stats_store::{Drift, Sample};

use super::person::OneOrAll;
use super::place::{Place, bar, until_asked};
use crate::failure::Failure;
use crate::output::{Output, say};

/// The arguments of `workout store verify`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    whom: OneOrAll,
    /// Only so many people, drawn anew each time.
    #[arg(long, value_name = "N", conflicts_with = "user", value_parser = clap::value_parser!(u32).range(1..))]
    random: Option<u32>,
    /// Prints one JSON object a line: each number that differs, and the summary.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { whom, random, json, place } = arguments;
    let sample = match (whom.user, random) {
        (Some(user), _) => Sample::User(user),
        (None, Some(size)) => Sample::Random(usize::try_from(size).unwrap_or(usize::MAX)),
        (None, None) => Sample::All,
    };
    let store = place.open().await?;
    let verified = until_asked(store.verify(sample, bar())).await?;
    store.close().await;
    let mut output = Output::new();
    for Drift { user_id, table, row, kept, expected, .. } in &verified.drifts {
        let user = user_id.to_string();
        if json {
            output.json(&json!({ "user_id": user, "table": table, "row": row, "kept": kept, "expected": expected }))?;
        } else {
            let (kept, expected) = (numbers(kept.as_ref()), numbers(expected.as_ref()));
            output.line(format_args!("{user} {table} {row}: {kept} is kept, and the ledger says {expected}"))?;
        }
    }
    let (people, count) = (verified.people, verified.count);
    if json {
        output.json(&json!({ "people": people, "drifts": count }))?;
    } else if count == 0 {
        output.line(format_args!("{people} people: all numbers are what the ledger says"))?;
    } else {
        output.line(format_args!("{people} people: {count} rows are not what the ledger says"))?;
    }
    output.finish()?;
    if count > 0 {
        say("`workout store rebuild --user` mends the numbers of a person, and --all those of everybody");
    }
    Ok(ExitCode::from(u8::from(count > 0)))
}

fn numbers(row: Option<&Vec<i64>>) -> String {
    row.map_or_else(|| "nothing".to_owned(), |row| format!("{row:?}"))
}
