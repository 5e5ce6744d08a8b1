//! `workout healthy`

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use ureq::Agent;

use crate::failure::with_causes;

/// The arguments of `workout healthy`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What to ask: the path `/healthz` or `/readyz` of a service, by `http://`.
    url: String,
    /// After so many seconds without an answer it is not well.
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    timeout: u64,
}

/// No output when all is well: it is asked every few seconds, and what it prints is kept.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let agent = Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(arguments.timeout)))
        .max_redirects(0)
        // It is asked on this machine.
        .proxy(None)
        .build()
        .new_agent();
    let problem = match agent.get(&arguments.url).call() {
        Ok(answer) if answer.status().is_success() => return ExitCode::SUCCESS,
        Ok(answer) => format!("it answers {}", answer.status()),
        Err(error) => with_causes(&error),
    };
    eprintln!("workout: {problem}");
    ExitCode::FAILURE
}
