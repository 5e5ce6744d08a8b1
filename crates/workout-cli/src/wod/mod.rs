//! `workout wod`

mod coach;
mod publish;
mod users;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use workout_events::UserId;
use workout_events::jiff::Timestamp;
use workout_events::jiff::civil::Date;
use workout_events::jiff::tz::TimeZone;

use crate::amqp::{self, Link, Secret};
use crate::failure::Failure;
use crate::output::Output;

/// What can be done about workouts of the day.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Asks for the workout of a day, for some users or for everybody.
    Request(Box<Request>),
}

/// The arguments of `workout wod request`.
#[derive(Debug, Args)]
#[command(after_help = "\
A user has one request for a day, whoever makes it and however often: its id follows from both. So a timer that fires \
twice, or a command that was interrupted and is started again, makes no second workout.

With --user and --users the requests are published to the broker, as `workout publish` does it; some queue has to be \
there that takes wod.requested. With --all a coach makes them, for everybody whom it knows, and needs no broker from \
here. Ctrl-C ends either; what was requested stays.

Examples:
  workout wod request --user 0197f2c4-9f3e-7aaa-8c55-0242ac120002 --amqp amqps://coach:secret@rabbitmq.example.org/%2f
  workout wod request --users users.txt --day 2026-11-22
  workout wod request --all --coach http://127.0.0.1:8081

The report with --json:
  {\"confirmed\":3,\"returned\":0,\"nacked\":0,\"unknown\":0,\"invalid\":0,\"seconds\":0.412}
  {\"day\":\"2026-11-22\",\"people\":1200,\"requested\":1188,\"known\":12,\"seconds\":0.733}    (of --all)

Exit codes: 0 everybody has a request, 1 one or more have none, 2 the users, the broker or the coach cannot be used.")]
pub(crate) struct Request {
    #[command(flatten)]
    whom: Whom,
    /// The day, such as 2026-11-22: today in UTC, unless said otherwise.
    #[arg(long, value_name = "DATE")]
    day: Option<Date>,
    /// The coach that is asked with --all.
    #[arg(long, value_name = "URL", env = "WORKOUT_COACH", default_value = "http://127.0.0.1:8081")]
    coach: String,
    /// Prints the report as one JSON object.
    #[arg(long)]
    json: bool,
    /// The broker: `amqps://user:password@host/vhost`, where the vhost `/` is written %2f. Not with --all.
    #[arg(long = "amqp", value_name = "URL", env = "AMQP_URL", hide_env_values = true, help_heading = "Broker")]
    amqp: Option<Secret>,
    #[command(flatten)]
    link: Link,
}

/// For whom.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Whom {
    /// For this user: a UUID. Can be repeated.
    #[arg(long = "user", value_name = "UUID", conflicts_with = "all")]
    users: Vec<UserId>,
    /// For the users in this file, or `-` for standard input: a UUID a line.
    #[arg(long = "users", value_name = "FILE", conflicts_with = "all")]
    file: Option<PathBuf>,
    /// For everybody whom the coach knows.
    #[arg(long)]
    all: bool,
}

/// Carries out `workout wod`.
pub(crate) fn run(command: &Command) -> Result<ExitCode, Failure> {
    let Command::Request(request) = command;
    let day = request.day.unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).date());
    if request.whom.all {
        let (summary, end) = coach::ask(request, day)?;
        let mut output = Output::new();
        if request.json { output.json(&summary) } else { output.line(summary.text()) }?;
        output.finish()?;
        return end.map(|()| ExitCode::SUCCESS);
    }
    // What is wrong with a file is said before a broker is asked for anything.
    let users = users::read(&request.whom.users, request.whom.file.as_deref())?;
    let (summary, end) = amqp::run(publish::all(request, users, day))?;
    let mut output = Output::new();
    if request.json { output.json(&summary) } else { output.line(summary.text()) }?;
    output.finish()?;
    match end {
        Some(failure) => Err(failure),
        None if summary.all_confirmed() => Ok(ExitCode::SUCCESS),
        None => Ok(ExitCode::FAILURE),
    }
}
