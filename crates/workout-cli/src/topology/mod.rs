//! `workout topology ...`

mod table;
mod wanted;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use workout_broker::Broker;
use workout_broker::topology::{Found, Plan, Step};

use crate::amqp::{self, Amqp};
use crate::failure::Failure;
use crate::output::Output;
use wanted::Wanted;

/// The subcommands of `workout topology`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Says what is there, what is missing and what is another, and changes nothing.
    #[command(after_help = "\
Examples:
  workout topology plan --amqp amqps://me:secret@rabbitmq.example.org/%2f
  AMQP_URL=amqp://guest:guest@localhost/%2f workout topology plan --queue stats=workout.performed,workout.deleted
  workout topology plan --queue stats=workout.performed --retries=1s,1m,1h

Exit codes: 0 nothing is to be done, 1 something is missing or another, 2 the broker cannot be asked.")]
    Plan(Arguments),
    /// Makes what is missing, unless something is there that is another. Repeating it changes nothing.
    #[command(after_help = "\
Examples:
  workout topology apply --amqp amqp://guest:guest@localhost/%2f
  workout topology apply --landing --ca authority.pem --amqp amqps://me@rabbitmq/%2f --password-file secret

Exit codes: 0 all is there, 1 something is another and nothing was made, 2 the broker does not answer or refuses.")]
    Apply(Arguments),
    /// Tells what is missing or another, and nothing else: for a deployment that has to stop then.
    #[command(after_help = "\
Example:
  workout topology check --queue stats=workout.performed && start-stats

Exit codes: 0 all is there, 1 something is missing or another, 2 the broker cannot be asked.")]
    Check(Arguments),
}

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    amqp: Amqp,
    #[command(flatten)]
    wanted: Wanted,
    /// Prints one JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Command) -> Result<ExitCode, Failure> {
    amqp::run(async {
        match command {
            Command::Plan(arguments) => plan(arguments, |_| true).await,
            Command::Check(arguments) => plan(arguments, is_wrong).await,
            Command::Apply(arguments) => apply(arguments).await,
        }
    })
}

/// Prints those steps for which this holds.
async fn plan(arguments: &Arguments, shows: fn(&Step) -> bool) -> Result<ExitCode, Failure> {
    let topology = arguments.wanted.topology();
    let broker = amqp::connect(arguments.amqp.builder()?.declare_nothing()).await?;
    let plan = broker.plan(&topology).await.map_err(|error| amqp::failure(&error))?;
    print(&plan, shows, table::state, arguments)?;
    goodbye(&broker).await?;
    Ok(ExitCode::from(u8::from(!plan.is_complete())))
}

async fn apply(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let topology = arguments.wanted.topology();
    let broker = amqp::connect(arguments.amqp.builder()?.declare_nothing()).await?;
    let plan = broker.plan(&topology).await.map_err(|error| amqp::failure(&error))?;
    if !plan.is_possible() {
        print(&plan, is_wrong, table::state, arguments)?;
        goodbye(&broker).await?;
        return Ok(ExitCode::from(1));
    }
    broker.apply(&topology).await.map_err(|error| amqp::failure(&error))?;
    let state = |found: &Found| if *found == Found::Missing { "made" } else { table::state(found) };
    print(&plan, |_| true, state, arguments)?;
    goodbye(&broker).await?;
    Ok(ExitCode::SUCCESS)
}

fn is_wrong(step: &Step) -> bool {
    matches!(step.found, Found::Missing | Found::Differs(_))
}

fn print(
    plan: &Plan,
    shows: fn(&Step) -> bool,
    state: fn(&Found) -> &'static str,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let mut output = Output::new();
    table::print(&mut output, plan.steps.iter().filter(|step| shows(step)), state, arguments.json)?;
    output.finish()?;
    arguments.wanted.remind();
    Ok(())
}

async fn goodbye(broker: &Broker) -> Result<(), Failure> {
    broker.close().await.map_err(|error| amqp::failure(&error))
}
