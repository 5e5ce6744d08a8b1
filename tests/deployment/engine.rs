//! The container engine: the one that answers, or one of our own that ends with us.

use std::env;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use support::{debian, wait};
use tempfile::TempDir;

use crate::{Outcome, call, progress};

/// A loaded machine is slow to start one.
const START: Duration = Duration::from_mins(1);

/// Debian's client builds images by itself; a newer one of somebody else needs a plugin for that.
const CLIENTS: [&str; 2] = ["docker", "/usr/bin/docker"];

/// An engine that answers.
pub(crate) struct Engine {
    client: String,
    compose: Vec<String>,
    /// Where ours listens.
    host: Option<String>,
    ours: Option<Child>,
    folder: TempDir,
}

impl Engine {
    /// Finds one, or starts one: as root on Debian and its relatives everything that is missing is installed.
    pub(crate) async fn find_or_start() -> Outcome<Self> {
        let folder = TempDir::new().map_err(|error| format!("no temporary folder: {error}"))?;
        install()?;
        let client = CLIENTS.into_iter().find(|client| builds(client)).ok_or("no `docker` that can build images")?;
        let compose: &[&str] = if succeeds(Command::new(client).args(["compose", "version"])) {
            &[client, "compose"]
        } else {
            &["docker-compose"]
        };
        let compose = compose.iter().map(|word| (*word).to_owned()).collect();
        let mut engine = Self { client: client.to_owned(), compose, host: None, ours: None, folder };
        if engine.answers() {
            progress("a container engine runs already and is used");
            return Ok(engine);
        }
        engine.start().await?;
        Ok(engine)
    }

    /// A command of the client.
    pub(crate) fn docker(&self) -> Command {
        self.command(Path::new(&self.client))
    }

    /// A command of compose.
    pub(crate) fn compose(&self) -> Command {
        let mut command = self.command(Path::new(&self.compose[0]));
        command.args(&self.compose[1..]);
        command
    }

    /// Any program that is to find this client and this engine.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("DOCKER_BUILDKIT", "1").envs(self.host.iter().map(|host| ("DOCKER_HOST", host)));
        if let Some(folder) = Path::new(&self.client).parent().filter(|folder| folder.is_absolute()) {
            let path = env::var_os("PATH").unwrap_or_default();
            let folders = [folder.to_owned()].into_iter().chain(env::split_paths(&path));
            command.envs(env::join_paths(folders).map(|path| ("PATH", path)));
        }
        command
    }

    /// For files of this run.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn answers(&self) -> bool {
        succeeds(self.docker().arg("info"))
    }

    async fn start(&mut self) -> Outcome {
        if !rustix::process::geteuid().is_root() {
            return Err("none answers, and only root can start one".to_owned());
        }
        progress("starting a container engine");
        // Images stay for the next time. Everything else goes with the stack.
        let data = data()?;
        let at = |name: &str| self.folder.path().join(name);
        let host = format!("unix://{}", at("docker.sock").display());
        let log = File::create(at("log")).map_err(|error| error.to_string())?;
        let out = log.try_clone().map_err(|error| error.to_string())?;
        let mut daemon = Command::new("dockerd");
        daemon.arg("--host").arg(&host).arg("--pidfile").arg(at("pid")).arg("--exec-root").arg(at("exec"));
        daemon.arg("--data-root").arg(&data).stdin(Stdio::null()).stdout(out).stderr(log).process_group(0);
        let child = daemon.spawn().map_err(|error| format!("dockerd cannot be run: {error}"))?;
        self.host = Some(host);
        self.ours = Some(child);
        let answered = wait::poll(START, || async { (self.answers() || self.has_ended()).then_some(()) }).await;
        if answered.is_some() && self.answers() {
            return Ok(());
        }
        let log = std::fs::read_to_string(at("log")).unwrap_or_default();
        let why = log.lines().rev().find(|line| line.contains("fail") || line.contains("error"));
        Err(format!("dockerd does not start: {}", why.unwrap_or("it says nothing")))
    }

    fn has_ended(&self) -> bool {
        let Some(pid) = self.ours.as_ref().map(Child::id) else { return true };
        // Its parent has not looked yet, so it is a zombie.
        let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        status.rsplit(')').next().is_none_or(|rest| rest.trim_start().starts_with('Z'))
    }
}

/// It ends its containers first, which takes a moment.
impl Drop for Engine {
    fn drop(&mut self) {
        let Some(mut child) = self.ours.take() else { return };
        progress("stopping the container engine");
        if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let _ = child.wait();
    }
}

fn install() -> Outcome {
    let programs = [
        ("dockerd", "docker.io"),
        ("docker-compose", "docker-compose"),
        ("debootstrap", "debootstrap"),
        ("iptables", "iptables"),
    ];
    let path = env::var_os("PATH").unwrap_or_default();
    let is_there = |name: &str| env::split_paths(&path).any(|folder| folder.join(name).is_file());
    let missing: Vec<_> =
        programs.into_iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| package).collect();
    match missing.as_slice() {
        [] => Ok(()),
        // An engine that is there, of whatever make, needs none of them, or says what it lacks.
        _ if !debian::can_install() => Ok(()),
        missing => debian::install(missing),
    }
}

fn builds(client: &str) -> bool {
    let version = call::output(Command::new(client).args(["--version"])).unwrap_or_default();
    version.contains("version 20.") || succeeds(Command::new(client).args(["buildx", "version"]))
}

fn succeeds(command: &mut Command) -> bool {
    call::output(command).is_ok()
}

fn data() -> Outcome<PathBuf> {
    let ours = env::current_exe().map_err(|error| error.to_string())?;
    let target = ours.parent().and_then(Path::parent).ok_or("this program is in no target folder")?;
    Ok(target.join("deployment"))
}
