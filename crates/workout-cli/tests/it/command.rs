//! Runs the command.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// What a run of the command left behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command, not yet started.
pub(crate) fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_workout"))
}

/// Runs the command with these arguments, and nothing to read.
pub(crate) fn workout<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    feed(command().args(arguments), &[], 0)
}

/// Runs a command that reads `chunk` so many times from its standard input.
pub(crate) fn feed(command: &mut Command, chunk: &[u8], times: usize) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = thread::scope(|scope| {
        // A command that has seen enough closes its end, which is no concern of the feeder.
        scope.spawn(move || (0..times).try_for_each(|_| stdin.write_all(chunk)));
        child.wait_with_output().unwrap()
    });
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    Run { code: output.status.code(), stdout, stderr }
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
