//! `cargo xtask deploy`: the stack of `deploy/`, brought up and tried.

use std::process::Command;

use crate::Outcome;
use crate::cargo::{Workspace, cargo, clean};
use crate::steps::Steps;

/// What is in the image, besides `workout`.
const SERVICES: [&str; 3] = ["stats_service", "coach_service", "monolith"];

/// Builds what the trial needs, and runs it. An image of the programs that cargo builds here is tried in minutes;
/// `--compile PROFILE` has it built as `deploy/Dockerfile` says.
pub(crate) fn run(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    let workspace = Workspace::load()?;
    let folder = workspace.target.join("debug");
    steps.run("build the trial", &mut cargo(["build", "--package", "workout-tests", "--bin", "try-deployment"]))?;
    let mut trial = clean(Command::new(folder.join("try-deployment")));
    trial.current_dir(&workspace.root);
    if !arguments.contains(&"--compile") {
        let mut build =
            cargo(["build", "--package", "workout-cli", "--package", "workout-examples", "--bin", "workout"]);
        for service in SERVICES {
            build.args(["--example", service]);
        }
        steps.run("build the services", &mut build)?;
        trial.arg("--programs").arg(&folder);
    }
    steps.run("deploy", trial.args(arguments))
}
