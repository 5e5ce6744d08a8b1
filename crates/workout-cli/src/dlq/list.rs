//! `workout dlq list`

use std::io;
use std::pin::pin;
use std::process::ExitCode;

use clap::Args;
use tokio::select;
use workout_consumer::dead_letters::{DeadLetterError, End, Filter, Report};
use workout_consumer::{DeadLetter, DeadLetters};

use crate::amqp::Amqp;
use crate::dlq::line::{Line, printable, second};
use crate::dlq::meant::{Meant, QueueName};
use crate::dlq::site::{Site, Stop, remind};
use crate::failure::Failure;
use crate::output::{Output, say};
use crate::progress;

/// How much of an error is shown.
const ERROR: usize = 60;

/// The arguments of `workout dlq list`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    queue: QueueName,
    /// Prints one JSON object a line, with all that is known but the body.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    meant: Meant,
    #[command(flatten)]
    amqp: Amqp,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { queue, json, meant, amqp } = arguments;
    let filter = meant.filter();
    let mut site = Site::open(&amqp, &queue).await?;
    // All of it is given back before anything is printed: whoever reads slowly holds up nobody.
    let mut rows = Vec::new();
    let row = |letter: &DeadLetter| rows.push(if json { row_of_json(letter) } else { Row::of(letter) });
    let report = site.until_asked(|dead, stop| read(dead, filter, stop, row)).await?;
    site.close().await;

    let mut output = Output::new();
    print(&mut output, &rows)?;
    output.finish()?;
    if !json {
        say(format_args!("{} of {} dead letters of {}", report.meant, report.waiting, queue.as_str()));
    }
    remind(&report);
    Ok(ExitCode::from(u8::from(!matches!(report.end, End::Complete))))
}

/// Looks at every letter that is meant, and gives all of them back.
pub(super) async fn read(
    dead: DeadLetters,
    filter: Filter,
    stop: Stop,
    mut each: impl FnMut(&DeadLetter),
) -> Result<Report, DeadLetterError> {
    let mut reading = dead.read(filter).await?;
    let bar = progress::count(reading.report().waiting);
    let mut stop = pin!(stop.asked());
    loop {
        let next = select! {
            biased;
            () = &mut stop => None,
            next = reading.next() => next.transpose()?,
        };
        bar.set_position(reading.report().seen);
        match next {
            Some(letter) => each(&letter),
            None => break,
        }
    }
    bar.finish_and_clear();
    reading.close().await
}

/// What is shown of a letter.
enum Row {
    Json(String),
    Columns([String; 6]),
}

fn row_of_json(letter: &DeadLetter) -> Row {
    // Nothing in it can fail to be written.
    Row::Json(serde_json::to_string(&Line::about(letter)).unwrap_or_default())
}

impl Row {
    fn of(letter: &DeadLetter) -> Self {
        let said = |text: &Option<String>| text.as_deref().map_or_else(|| "-".to_owned(), printable);
        let what = match (&letter.code, &letter.error) {
            (Some(code), _) => format!("{code} at {:?}", letter.pointer.as_deref().unwrap_or_default()),
            (None, Some(error)) => error.clone(),
            (None, None) => String::new(),
        };
        let mut short: String = printable(&what).chars().take(ERROR).collect();
        if short.len() < what.len() {
            short.push('…');
        }
        Self::Columns([
            second(letter.died),
            letter.reason.to_string(),
            letter.attempts.to_string(),
            said(&letter.event_type),
            // An event without an id can still be shown and replayed by itself.
            letter.id.as_deref().map_or_else(|| letter.key.to_string(), printable),
            short,
        ])
    }
}

fn print(output: &mut Output, rows: &[Row]) -> io::Result<()> {
    const HEADS: [&str; 6] = ["DIED", "REASON", "TRIED", "TYPE", "ID", "ERROR"];
    let mut widths = HEADS.map(str::len);
    for row in rows {
        if let Row::Columns(columns) = row {
            for (width, column) in widths.iter_mut().zip(columns) {
                *width = (*width).max(column.chars().count());
            }
        }
    }
    let line = |columns: [&str; 6]| {
        let padded = columns.iter().zip(widths).map(|(column, width)| format!("{column:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    for (nth, row) in rows.iter().enumerate() {
        match row {
            Row::Json(json) => output.line(json)?,
            Row::Columns(columns) => {
                if nth == 0 {
                    output.line(line(HEADS))?;
                }
                output.line(line(columns.each_ref().map(String::as_str)))?;
            }
        }
    }
    Ok(())
}
