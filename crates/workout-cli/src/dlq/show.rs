//! `workout dlq show`

use std::io;
use std::process::ExitCode;

use clap::Args;
use workout_consumer::dead_letters::{End, Filter};
use workout_consumer::{DeadLetter, Past};

use crate::amqp::Amqp;
use crate::dlq::line::{Line, printable, second};
use crate::dlq::list::read;
use crate::dlq::meant::QueueName;
use crate::dlq::site::{Site, remind};
use crate::failure::Failure;
use crate::output::{Output, say};

/// The arguments of `workout dlq show`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    queue: QueueName,
    /// The id of the event, or the key of the letter. All letters with it are shown.
    #[arg(value_name = "ID")]
    id: String,
    /// Prints it as `workout dlq export` does.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    amqp: Amqp,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { queue, id, json, amqp } = arguments;
    let mut site = Site::open(&amqp, &queue).await?;
    let mut letters = Vec::new();
    let filter = Filter::all().id(&*id);
    let report = site.until_asked(|dead, stop| read(dead, filter, stop, |letter| letters.push(letter.clone()))).await?;
    site.close().await;

    let mut output = Output::new();
    for (nth, letter) in letters.iter().enumerate() {
        if json {
            output.json(&Line::of(letter))?;
            continue;
        }
        if nth > 0 {
            output.line("")?;
        }
        print(&mut output, letter)?;
    }
    output.finish()?;
    remind(&report);
    if letters.is_empty() {
        say(format_args!("no dead letter of {} has the id or key {}", queue.as_str(), printable(&id)));
    }
    Ok(ExitCode::from(u8::from(letters.is_empty() || !matches!(report.end, End::Complete))))
}

fn print(output: &mut Output, letter: &DeadLetter) -> io::Result<()> {
    let mut told = |name: &str, value: String| output.line(format_args!("{name:<11}{}", printable(&value)));
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    told("id", said(&letter.id))?;
    told("type", said(&letter.event_type))?;
    told("key", letter.key.to_string())?;
    told("died", letter.died.map_or_else(|| "nobody noted when".to_owned(), |died| died.to_string()))?;
    told("reason", format!("{} after {}", letter.reason, attempts(letter.attempts)))?;
    if let Some(first_time) = letter.first_time {
        told("first try", first_time.to_string())?;
    }
    if let Some(error) = &letter.error {
        told("error", error.clone())?;
    }
    if let Some(code) = &letter.code {
        told("broken", format!("{code} at {:?}", letter.pointer.as_deref().unwrap_or_default()))?;
    }
    let key = if letter.routing_key.is_empty() { "an unknown key" } else { &letter.routing_key };
    told("published", format!("to {:?} under {key}", letter.exchange))?;
    for (nth, past) in letter.history.iter().enumerate() {
        told(if nth == 0 { "history" } else { "" }, past_of(past))?;
    }
    told("bytes", letter.body().len().to_string())?;
    match str::from_utf8(letter.body()) {
        Ok(text) => told("body", text.to_owned()),
        Err(_) => told("body", "not a text; --json shows its bytes".to_owned()),
    }
}

fn attempts(attempts: u32) -> String {
    if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") }
}

fn past_of(past: &Past) -> String {
    match past {
        Past::Died { time, reason, attempts: made, error, .. } => {
            let error = error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            format!("{}  {reason} after {}{error}", second(*time), attempts(*made))
        }
        Past::Replayed { time, edited, .. } => {
            format!("{}  replayed{}", second(Some(*time)), if *edited { " with another body" } else { "" })
        }
        _ => "-".to_owned(),
    }
}
