//! An engine of our own, which ends with us however we end.

use std::env;
use std::fs::{self, File, TryLockError};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use support::wait;

use crate::{Outcome, call, progress};

/// A loaded machine is slow to start one.
const START: Duration = Duration::from_mins(1);

/// Asks the program to end with the pipe to its standard input, that is, with us. It is asked and not killed, because
/// containers outlive a daemon that was killed.
const LEASH: &str = "exec 3<&0 </dev/null; (cat <&3; kill -TERM $$) >/dev/null 2>&1 & exec \"$@\" 3<&-";

/// A daemon with data of its own, that nobody else uses meanwhile.
pub(crate) struct Daemon {
    child: Child,
    host: String,
    /// Held until the daemon has ended: fields are dropped after the value.
    _lock: File,
}

impl Daemon {
    /// Starts one that has its files of this run in this folder.
    pub(crate) async fn start(client: &str, folder: &Path) -> Outcome<Self> {
        // Images stay for the next time. Everything else goes with the stack.
        let data = data()?;
        let lock = lock(&data)?;
        let at = |name: &str| folder.join(name);
        let host = format!("unix://{}", at("docker.sock").display());
        let log = File::create(at("log")).map_err(|error| error.to_string())?;
        let out = log.try_clone().map_err(|error| error.to_string())?;
        let mut daemon = Command::new("sh");
        daemon.args(["-c", LEASH, "sh", "dockerd", "--host", &host, "--bridge=none"]);
        daemon.args(["--containerd-namespace=workout-trial", "--containerd-plugins-namespace=workout-trial-plugins"]);
        daemon.arg("--pidfile").arg(at("pid")).arg("--exec-root").arg(at("exec")).arg("--data-root").arg(&data);
        daemon.stdin(Stdio::piped()).stdout(out).stderr(log).process_group(0);
        let child = daemon.spawn().map_err(|error| format!("dockerd cannot be run: {error}"))?;
        let daemon = Self { child, host, _lock: lock };
        wait::poll(START, || async { (daemon.answers(client) || daemon.has_ended()).then_some(()) }).await;
        if daemon.answers(client) {
            return Ok(daemon);
        }
        let log = fs::read_to_string(at("log")).unwrap_or_default();
        let why = log.lines().rev().find(|line| line.contains("fail") || line.contains("error"));
        Err(format!("dockerd does not start: {}", why.unwrap_or("it says nothing")))
    }

    /// Where it listens.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    fn answers(&self, client: &str) -> bool {
        call::output(Command::new(client).args(["--host", &self.host, "info"])).is_ok()
    }

    fn has_ended(&self) -> bool {
        // Its parent has not looked yet, so it is a zombie.
        let status = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        status.rsplit(')').next().is_none_or(|rest| rest.trim_start().starts_with('Z'))
    }
}

/// It ends its containers first, which takes a moment.
impl Drop for Daemon {
    fn drop(&mut self) {
        progress("stopping the container engine");
        // Lets go of the leash by closing the pipe first.
        let _ = self.child.wait();
    }
}

fn lock(data: &Path) -> Outcome<File> {
    let path = data.with_extension("lock");
    let named = |error: std::io::Error| format!("{}: {error}", path.display());
    let file = File::options().create(true).append(true).open(&path).map_err(named)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(format!("another trial uses {}", data.display())),
        Err(TryLockError::Error(error)) => Err(named(error)),
    }
}

fn data() -> Outcome<PathBuf> {
    let ours = env::current_exe().map_err(|error| error.to_string())?;
    let target = ours.parent().and_then(Path::parent).ok_or("this program is in no target folder")?;
    Ok(target.join("deployment"))
}
