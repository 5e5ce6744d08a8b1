//! A process of a server, which ends with the value that holds it.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::wait;

/// How long a server may take to answer for the first time, or its files to be made: a loaded machine is slow.
pub(crate) const START_LIMIT: Duration = Duration::from_mins(2);

/// After that long a process that was asked to end is made to.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Ends the group of the process with the pipe to its standard input, that is, with whoever has started it.
const LEASH: &str = "exec 3<&0 </dev/null; (cat <&3; kill -KILL 0) >/dev/null 2>&1 & exec \"$@\" 3<&-";

/// A command that [`Process::start`] does not leave running when we are killed.
pub(crate) fn leashed(program: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", LEASH, "sh"]).arg(program);
    command
}

/// A process in a group of its own, so that the terminal's Ctrl-C does not reach it before the tests are done, and so
/// that what it starts in turn ends with it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    name: &'static str,
    log: PathBuf,
    end: Signal,
}

impl Process {
    /// Starts `command`, which says what it has to say in the file `log` and ends nicely on the signal `end`.
    pub(crate) fn start(name: &'static str, command: &mut Command, log: PathBuf, end: Signal) -> Result<Self, String> {
        let said = File::create(&log).and_then(|out| Ok((out.try_clone()?, out)));
        Self::spawn(name, command, said, log, end)
    }

    /// Likewise, but what it says on its standard output goes to the file `out`, and `log` goes on where it ended.
    pub(crate) fn start_apart(
        name: &'static str,
        command: &mut Command,
        (out, log): (&Path, PathBuf),
        end: Signal,
    ) -> Result<Self, String> {
        let said = File::create(out).and_then(|out| Ok((out, File::options().append(true).create(true).open(&log)?)));
        Self::spawn(name, command, said, log, end)
    }

    fn spawn(
        name: &'static str,
        command: &mut Command,
        said: io::Result<(File, File)>,
        log: PathBuf,
        end: Signal,
    ) -> Result<Self, String> {
        let spawn = |(out, err)| command.stdin(Stdio::piped()).stdout(out).stderr(err).process_group(0).spawn();
        let child = said.and_then(spawn).map_err(|error| format!("{name} cannot be started: {error}"))?;
        Ok(Self { child, name, log, end })
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a process that ends by itself; that is, one which is no server.
    pub(crate) async fn succeeds(mut self) -> Result<(), String> {
        let status = wait::poll(START_LIMIT, || {
            let status = self.child.try_wait();
            async { status.transpose() }
        });
        let problem = match status.await {
            Some(Ok(status)) if status.success() => return Ok(()),
            Some(Ok(status)) => status.to_string(),
            Some(Err(error)) => error.to_string(),
            None => format!("no end in {START_LIMIT:?}"),
        };
        Err(format!("{} failed ({problem}): {}", self.name, self.last_words()))
    }

    /// Whether the process has ended by itself.
    pub(crate) fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// The end of the log on one line: what a server says before it gives up.
    pub(crate) fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines = log.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>();
        lines[lines.len().saturating_sub(12)..].join(" | ")
    }

    /// Kills the process and all of its group, and waits until it is dead.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }

    /// Sends its signal to the process alone, and waits for its end.
    pub(crate) async fn stop(&mut self) -> Option<ExitStatus> {
        if let Some(process) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(process, self.end);
        }
        let status = wait::poll(START_LIMIT, || {
            let status = self.child.try_wait();
            async { status.ok().flatten() }
        });
        status.await
    }

    /// Sends a signal to the process and to all of its group.
    pub(crate) fn signal(&self, signal: Signal) {
        // The child is not reaped yet, so the number still means this group; that it is empty already is no fault.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.ended() {
            self.signal(self.end);
            let ended = wait::poll_blocking(STOP_LIMIT, || self.child.try_wait().transpose());
            if ended.is_none() {
                self.kill();
            }
        }
    }
}
