//! Tries `deploy/` for real: builds the image, brings the stack up, performs workouts while every container is restarted in
//! turn and the statistics are scaled, and counts at the end.
//!
//! `cargo xtask deploy` builds what this needs and starts it. Read the files in the order of their `mod` lines.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line program")]

mod call;

mod daemon;
mod engine;
mod images;
mod stack;

mod crowd;
mod rights;
mod trial;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use engine::{Absent, Engine};
use tokio::signal::unix::{SignalKind, signal};

/// What worked, or one line that says what did not.
type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "\
Tries the deployment in deploy/ for real.

Usage: try-deployment --programs FOLDER [--insist]
       try-deployment --compile PROFILE [--insist]

  --programs FOLDER  the image gets programs that cargo has built in this folder
  --compile PROFILE  the image is built as deploy/Dockerfile says, which takes long: release, or dev
  --insist           where no container engine can run, that is a failure and not a reason to do without";

/// Where the programs in the image come from.
enum Programs {
    /// Built outside, in this folder.
    Built(PathBuf),
    /// Built in the image, with this profile.
    Compiled(String),
}

struct Request {
    programs: Programs,
    insists: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(request) = Request::parse(&std::env::args().skip(1).collect::<Vec<_>>()) else {
        println!("{HELP}");
        return ExitCode::from(2);
    };
    let engine = match Engine::find_or_start().await {
        Ok(engine) => engine,
        Err(Absent::Failed(problem)) => return fail(&format!("no container engine: {problem}")),
        Err(Absent::Cannot(problem)) if request.insists => return fail(&format!("no container engine: {problem}")),
        Err(Absent::Cannot(problem)) => {
            println!("\n!!! THE DEPLOYMENT IS NOT TRIED: there is no container engine here ({problem}) !!!\n");
            return ExitCode::SUCCESS;
        }
    };
    // What was started is taken down when its value is dropped, so a signal ends only the waiting.
    let (mut interrupt, mut terminate) = match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(interrupt), Ok(terminate)) => (interrupt, terminate),
        (Err(error), _) | (_, Err(error)) => return fail(&error.to_string()),
    };
    let outcome = tokio::select! {
        outcome = trial::run(&engine, &request.programs) => outcome,
        _ = interrupt.recv() => Err("interrupted".to_owned()),
        _ = terminate.recv() => Err("terminated".to_owned()),
    };
    drop(engine);
    outcome.map_or_else(|problem| fail(&problem), |()| ExitCode::SUCCESS)
}

fn fail(problem: &str) -> ExitCode {
    eprintln!("try-deployment: {problem}");
    ExitCode::FAILURE
}

/// Tells what is done now, with the seconds since the first time.
fn progress(what: &str) {
    static BEGUN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    println!("[{:4}s] {what}", BEGUN.get_or_init(Instant::now).elapsed().as_secs());
}

impl Request {
    fn parse(arguments: &[String]) -> Option<Self> {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (programs, insists) = match arguments.as_slice() {
            [rest @ .., "--insist"] => (rest, true),
            rest => (rest, false),
        };
        let programs = match programs {
            ["--programs", folder] => Programs::Built(folder.into()),
            ["--compile", profile] => Programs::Compiled((*profile).to_owned()),
            _ => return None,
        };
        Some(Self { programs, insists })
    }
}
