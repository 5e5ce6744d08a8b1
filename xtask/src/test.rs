//! `cargo xtask test`: all tests of the workspace, with the servers that they need.

use std::fs::Permissions;
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::Outcome;
use crate::cargo::{Workspace, cargo, clean};
use crate::child;
use crate::steps::Steps;

/// What every call of a test runner says, so that nothing is built twice.
const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];

/// What the tests need, in the words of `with-servers`.
const NEEDS: [&str; 5] = ["--rabbitmq", "--postgres", "--python", "--node", "--browser"];

/// Builds the tests, starts the servers, runs the tests and the doctests.
pub(crate) fn run(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    let workspace = Workspace::load()?;
    let nextest = has_nextest();
    let runner: &[&str] = if nextest { &["nextest", "run"] } else { &["test"] };
    // First, because `with-servers` comes out of it, and because servers need not wait for a compiler.
    steps.run("build the tests", cargo(runner.iter().copied()).args(EVERYTHING).arg("--no-run"))?;
    // With the features that they have by themselves, which no other build shares: the first test to start one would build it
    // within its own time.
    for programs in [["workout-examples", "--examples"], ["workout-cli", "--bins"]] {
        steps.run("build what tests start", cargo(["build", "--package"]).args(programs))?;
    }
    // Ours, so that it goes away together with what a test that was killed could not remove itself.
    let scratch = scratch().map_err(|error| format!("no temporary folder: {error}"))?;
    let servers = steps.time("start the servers", || Servers::start(&workspace.target))?;
    let mut with_servers =
        |name: &str, command: &mut Command| steps.run(name, servers.name_in(command).env("TMPDIR", scratch.path()));
    with_servers("tests", cargo(runner.iter().copied()).args(EVERYTHING).args(arguments))?;
    // cargo's own runner has run them already.
    if nextest && arguments.is_empty() {
        with_servers("doctests", cargo(["test", "--doc"]).args(EVERYTHING))?;
    }
    steps.time("stop the servers", || servers.stop())
}

/// A temporary folder that a server can come through which runs as another user.
fn scratch() -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("xtask-test-").permissions(Permissions::from_mode(0o755)).tempdir()
}

/// nextest runs every test in its own process and in parallel across packages; cargo's own runner is always there.
fn has_nextest() -> bool {
    let version = cargo(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Servers that a `with-servers` process holds for us until we close its standard input, be it by dying.
struct Servers {
    holder: Child,
    settings: Vec<(String, String)>,
}

impl Servers {
    fn start(target: &Path) -> Outcome<Self> {
        let mut command = clean(Command::new(target.join("debug").join("with-servers")));
        command.args(NEEDS).arg("--hold").stdin(Stdio::piped()).stdout(Stdio::piped());
        // Ctrl-C ends the tests first and the servers after them.
        command.process_group(0);
        let mut servers = Self { holder: child::spawn(&mut command)?, settings: Vec::new() };
        if servers.read_settings() {
            return Ok(servers);
        }
        // It has said why.
        let status = child::wait(&mut servers.holder)?;
        Err(format!("with-servers ended ({status})"))
    }

    /// Whether the list was complete.
    fn read_settings(&mut self) -> bool {
        let Some(out) = self.holder.stdout.take() else {
            return false;
        };
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            let Some((name, value)) = line.split_once('=') else {
                return line.is_empty();
            };
            self.settings.push((name.to_owned(), value.to_owned()));
        }
        false
    }

    fn name_in<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.settings.iter().map(|(name, value)| (name, value)))
    }

    fn stop(mut self) -> Outcome {
        drop(self.holder.stdin.take());
        let status = child::wait(&mut self.holder)?;
        if status.success() { Ok(()) } else { Err(format!("with-servers ended ({status})")) }
    }
}

/// A failed step must leave no server behind either.
impl Drop for Servers {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}
