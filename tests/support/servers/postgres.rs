//! A private PostgreSQL from the programs on this machine.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::{Signal, kill_process};
use tokio::task;
use tokio::time::sleep;

use crate::servers::family;
use crate::servers::local::{self, Local, free_ports};
use crate::servers::process::Process;
use crate::servers::programs;
use crate::{env, postgres};

/// Where Debian keeps the programs of each major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// How often a server that was killed is started again, before it is taken for broken.
const RESTARTS: u32 = 50;

/// Whether [`start`] has a chance.
pub(crate) fn is_installed() -> bool {
    program("initdb").is_some() && program("postgres").is_some()
}

/// Starts a server with an empty cluster for whoever asks through the environment.
pub(crate) async fn start() -> Result<(Local, Vec<(&'static str, String)>), String> {
    let node = Node::start(&[]).await?;
    let settings = vec![(env::POSTGRES_URL, node.url())];
    Ok((node.local, settings))
}

/// A server that only this machine can reach.
#[derive(Debug)]
pub(crate) struct Node {
    local: Local,
    port: u16,
}

impl Node {
    /// Starts a server whose cluster is made with these options more.
    pub(crate) async fn start(options: &[&str]) -> Result<Self, String> {
        local::start(|| Self::attempt(options)).await
    }

    async fn attempt(options: &[&str]) -> Result<Self, String> {
        let [port] = free_ports().map_err(|error| format!("no free port: {error}"))?;
        let folder = tempfile::Builder::new().prefix("test-postgres-").tempdir();
        let folder = folder.map_err(|error| format!("no temporary folder: {error}"))?;
        if let Some((user, group)) = owner()? {
            chown(folder.path(), Some(user), Some(group))
                .map_err(|error| format!("{}: {error}", folder.path().display()))?;
        }
        let mut initdb = command("initdb", folder.path())?;
        initdb.args(["--pgdata=data", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        initdb.arg("--no-sync").args(options);
        let log = folder.path().join("initdb.log");
        Process::start("initdb", &mut initdb, log, Signal::KILL)?.succeeds().await?;
        let server = launch(folder.path(), port)?;
        let mut node = Self { local: Local { server, helpers: Vec::new(), folder }, port };
        node.answers().await?;
        Ok(node)
    }

    /// Without a database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// Kills the server and all that it has started, at once.
    pub(crate) fn kill(&mut self) {
        // Each is a group of its own, and would otherwise end when it finds out that the server has.
        let children = family::children_of(self.local.server.id());
        self.local.server.kill();
        for child in children {
            let _ = kill_process(child, Signal::KILL);
        }
    }

    /// Starts a server that was killed once more, with all that it had on disk, and waits until it answers.
    pub(crate) async fn start_again(&mut self) -> Result<(), String> {
        let mut started = Err(String::new());
        for _ in 0..RESTARTS {
            self.local.server = launch(self.local.folder.path(), self.port)?;
            started = self.answers().await;
            if started.is_ok() {
                break;
            }
            // Until the last of the processes that were killed is gone, the cluster is taken for in use.
            sleep(Duration::from_millis(100)).await;
        }
        started
    }

    /// How long a file may become that one of the processes writes; no limit with nothing.
    pub(crate) fn limit_files(&self, bytes: Option<u64>) -> Result<(), String> {
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let server = self.local.server.id();
        let children = family::children_of(server).into_iter().map(|child| child.as_raw_nonzero().get());
        // The server first: who is started meanwhile inherits from it.
        for process in [server.cast_signed()].into_iter().chain(children) {
            // As their owner: even root may not do it from everywhere.
            let mut prlimit = command("prlimit", self.local.folder.path())?;
            prlimit.args(["--pid", &process.to_string(), &format!("--fsize={limit}:unlimited")]);
            let output = prlimit.output().map_err(|error| format!("prlimit: {error}"))?;
            // That a process has ended meanwhile is no fault.
            if !output.status.success() && Path::new(&format!("/proc/{process}")).exists() {
                return Err(String::from_utf8_lossy(&output.stderr).into_owned());
            }
        }
        Ok(())
    }

    async fn answers(&mut self) -> Result<(), String> {
        let url = self.url();
        let probe = || {
            let url = url.clone();
            async { task::spawn_blocking(move || postgres::execute(&url, "SELECT 1")).await.is_ok_and(|it| it.is_ok()) }
        };
        self.local.answers(probe).await
    }
}

fn launch(folder: &Path, port: u16) -> Result<Process, String> {
    let mut server = command("postgres", folder)?;
    server.args(["-D", "data", "-p", &port.to_string()]).args(options());
    Process::start("postgres", &mut server, folder.join("output.log"), Signal::INT)
}

fn command(name: &str, folder: &Path) -> Result<Command, String> {
    let mut command = Command::new(program(name).ok_or_else(|| format!("{name} is not found"))?);
    command.current_dir(folder).env_remove("PGDATA");
    if let Some((user, group)) = owner()? {
        command.uid(user).gid(group);
    }
    Ok(command)
}

/// The options of the server.
///
/// Without `fsync` a crash of the machine would cost data that nobody keeps, while a crash of the server still costs
/// nothing: tests that kill it see what they would see in production. `synchronous_commit` therefore stays on.
fn options() -> impl Iterator<Item = &'static str> {
    [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "fsync=off",
        "full_page_writes=off",
        "max_connections=200",
    ]
    .into_iter()
    .flat_map(|option| ["-c", option])
}

/// The user who has to own the cluster when we are root, as whom PostgreSQL refuses to run.
fn owner() -> Result<Option<(u32, u32)>, String> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let found = ["postgres", "nobody"].iter().find_map(|name| user(&users, name));
    found.map(Some).ok_or_else(|| "PostgreSQL does not run as root, and there is no user `postgres`".to_owned())
}

/// The user's and the group's number from the text of a password file.
fn user(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let mut fields = line.split(':').skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Of several versions the newest.
fn program(name: &str) -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut versions = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).collect::<Vec<_>>();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    let folders = versions.iter().map(|version| Path::new(DEBIAN).join(version.to_string()).join("bin"));
    programs::find(name, &folders.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::user;

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let users = "root:x:0:0::/root:/bin/sh\npostgresql:x:7:8::/:\npostgres:x:101:104:,,,:/var:/bin/sh\n";
        assert_eq!(user(users, "postgres"), Some((101, 104)));
        assert_eq!(user(users, "nobody"), None);
    }
}
