//! A private PostgreSQL from the programs on this machine.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use tokio::task;

use crate::servers::local::{self, Local, free_ports};
use crate::servers::process::Process;
use crate::servers::programs;
use crate::{env, postgres};

/// Where Debian keeps the programs of each major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Whether [`start`] has a chance.
pub(crate) fn is_installed() -> bool {
    program("initdb").is_some() && program("postgres").is_some()
}

/// Starts a server with an empty cluster that only this machine can reach.
pub(crate) async fn start() -> Result<(Local, Vec<(&'static str, String)>), String> {
    local::start(attempt).await
}

async fn attempt() -> Result<(Local, Vec<(&'static str, String)>), String> {
    let [port] = free_ports().map_err(|error| format!("no free port: {error}"))?;
    let folder = tempfile::Builder::new().prefix("test-postgres-").tempdir();
    let folder = folder.map_err(|error| format!("no temporary folder: {error}"))?;
    let owner = owner()?;
    if let Some((user, group)) = owner {
        chown(folder.path(), Some(user), Some(group))
            .map_err(|error| format!("{}: {error}", folder.path().display()))?;
    }
    let command = |name: &str| -> Result<Command, String> {
        let mut command = Command::new(program(name).ok_or_else(|| format!("{name} is not found"))?);
        command.current_dir(folder.path()).env_remove("PGDATA");
        if let Some((user, group)) = owner {
            command.uid(user).gid(group);
        }
        Ok(command)
    };

    let mut initdb = command("initdb")?;
    initdb.args(["--pgdata=data", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
    let log = folder.path().join("initdb.log");
    Process::start("initdb", &mut initdb, log, Signal::KILL)?.succeeds().await?;

    let mut server = command("postgres")?;
    server.args(["-D", "data", "-p", &port.to_string()]).args(options());
    let log = folder.path().join("output.log");
    let server = Process::start("postgres", &mut server, log, Signal::INT)?;

    let mut local = Local { server, helpers: Vec::new(), folder };
    let url = format!("postgres://postgres@127.0.0.1:{port}");
    local
        .answers(|| {
            let url = url.clone();
            async { task::spawn_blocking(move || postgres::execute(&url, "SELECT 1")).await.is_ok_and(|it| it.is_ok()) }
        })
        .await?;
    Ok((local, vec![(env::POSTGRES_URL, url)]))
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
