//! Many lines under way at a time, and none of them forgotten.

use std::time::{Duration, Instant};

use tokio::select;
use workout_publisher::{PublishError, Publisher};

use crate::amqp;
use crate::failure::Failure;
use crate::input::{self, Input};
use crate::output::say;
use crate::progress;
use crate::publish::Arguments;
use crate::publish::lines::{self, Line};
use crate::publish::tally::{Summary, Tally};
use crate::publish::under_way::{Sent, UnderWay};
use crate::signal::Requests;

/// How long the goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// Why no more lines are read.
pub(super) enum End {
    /// There are none.
    Reached,
    /// What stopped it was told and is not to be mended here: a line, or somebody who asked for it.
    Stopped,
    /// The input or the broker cannot be used any more.
    Failed(Failure),
}

/// Publishes every line, up to one that ends the run.
pub(super) async fn all(arguments: &Arguments, input: Input) -> Result<(Summary, End), Failure> {
    let mut tally = Tally::new(progress::bar_or_spinner(input.size), arguments.report.as_deref())?;
    let mut requests = Requests::listen()?;
    let broker = select! {
        broker = amqp::connect(arguments.amqp.builder()?) => broker?,
        () = requests.next() => return Err(Failure::new("interrupted before the broker answered")),
    };
    // No breaker: waiting for a broker that comes back is what a file is patient enough for.
    let limit = arguments.limit();
    let publisher = Publisher::builder(broker.clone()).deadline(limit).breaker(usize::MAX, limit).start();
    let start = Instant::now();

    let mut lines = lines::read(input, arguments.reading.registry());
    let mut under_way = UnderWay::new(&publisher, limit);
    // A line whose id is under way: the publisher would take both for one event and send the first only.
    let mut held = None;
    let (mut end, mut last, mut interrupted) = (None, 0, false);
    while end.is_none() || !under_way.is_empty() {
        let room = end.is_none() && held.is_none() && under_way.has_room();
        select! {
            biased;
            () = requests.next() => {
                if interrupted {
                    break;
                }
                interrupted = true;
                if end.is_none() {
                    end = Some(End::Stopped);
                    tally.progress.suspend(|| say(format_args!("interrupted: nothing after line {last} is sent")));
                }
            }
            Some((sent, outcome)) = under_way.next(), if !under_way.is_empty() => {
                tally.outcome(sent.number, sent.id, &outcome)?;
                if let Err(error) = &outcome
                    && matches!(end, None | Some(End::Reached))
                {
                    end = Some(refusal(sent.number, error));
                }
                if let Some((again, message)) = held.take() {
                    held = under_way.send(again, message);
                }
            }
            line = lines.recv(), if room => match line {
                None => end = Some(End::Reached),
                Some(Err(cause)) => end = Some(End::Failed(input::failure(&arguments.file, cause))),
                Some(Ok(Line { number, bytes, event })) => {
                    last = number;
                    tally.progress.inc(bytes);
                    match event {
                        Ok((id, message)) => held = under_way.send(Sent { number, id, bytes }, message),
                        Err(error) => {
                            tally.invalid(number, &error)?;
                            if !arguments.skip_invalid {
                                end = Some(End::Stopped);
                                tally.progress.suspend(|| say(stopped(number)));
                            }
                        }
                    }
                }
            },
        }
    }
    // What a second request did not wait for.
    let left = under_way.len() + usize::from(held.is_some());
    drop(under_way);
    let summary = tally.finish(left, start.elapsed())?;
    // Nothing is under way any more, so there is nothing to lose in a goodbye that fails.
    let _ = publisher.close(GOODBYE).await;
    let _ = tokio::time::timeout(GOODBYE, broker.close()).await;
    Ok((summary, end.unwrap_or(End::Stopped)))
}

/// An event that was certainly not sent: the broker refuses, or was away for too long. Later ones would fare no better.
fn refusal(line: u64, error: &PublishError) -> End {
    let what = format!("stopped at line {line}");
    let failure = Failure::because(&what, error);
    if error.is_transient() {
        say(&failure);
        return End::Stopped;
    }
    End::Failed(failure)
}

fn stopped(line: u64) -> String {
    format!("stopped at line {line}; --skip-invalid goes on after lines that are no events")
}
