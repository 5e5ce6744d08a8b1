//! The container engine: the one that answers, or one of our own that ends with us.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::debian;
use tempfile::TempDir;

use crate::daemon::Daemon;
use crate::{Outcome, call, progress};

/// Debian's client builds images by itself; a newer one of somebody else needs a plugin for that.
const CLIENTS: [&str; 2] = ["docker", "/usr/bin/docker"];

/// An engine that answers.
pub(crate) struct Engine {
    client: String,
    compose: Vec<String>,
    ours: Option<Daemon>,
    folder: TempDir,
}

/// Why there is none.
pub(crate) enum Absent {
    /// None can run here: who wants to try the deployment has to go elsewhere.
    Cannot(String),
    /// One could run here, and something went wrong on the way.
    Failed(String),
}

impl Engine {
    /// Finds one; else starts one, for which root on Debian and its relatives gets what is missing.
    pub(crate) async fn find_or_start() -> Result<Self, Absent> {
        let folder = TempDir::new().map_err(|error| Absent::Failed(format!("no temporary folder: {error}")))?;
        if let Some(client) = client().filter(|client| succeeds(Command::new(client).arg("info")))
            && let Some(compose) = compose(client)
        {
            progress("a container engine runs already and is used");
            return Ok(Self { client: client.to_owned(), compose, ours: None, folder });
        }
        can_run()?;
        install().map_err(Absent::Failed)?;
        has_nat()?;
        let failed = |what: &str| Absent::Failed(what.to_owned());
        let client = client().ok_or_else(|| failed("no `docker` that can build images"))?;
        let compose = compose(client).ok_or_else(|| failed("neither `docker compose` nor `docker-compose`"))?;
        let mut engine = Self { client: client.to_owned(), compose, ours: None, folder };
        if succeeds(engine.docker().arg("info")) {
            progress("a container engine runs already and is used");
            return Ok(engine);
        }
        progress("starting a container engine");
        engine.ours = Some(Daemon::start(client, engine.folder()).await.map_err(Absent::Failed)?);
        engine.remove_leftovers().map_err(Absent::Failed)?;
        Ok(engine)
    }

    /// Whether it was started by us, and nobody else sees what is in it.
    pub(crate) fn is_ours(&self) -> bool {
        self.ours.is_some()
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
        command.env("DOCKER_BUILDKIT", "1");
        command.envs(self.ours.iter().map(|daemon| ("DOCKER_HOST", daemon.host())));
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

    /// What a run left that was killed: the engine is ours alone, so whatever has the name of a trial is of such a one.
    fn remove_leftovers(&self) -> Outcome {
        let project = "{{.Label \"com.docker.compose.project\"}}";
        let kinds: [(&[&str], &str, &[&str]); 4] = [
            (&["ps", "--all"], &format!("{project} {{{{.ID}}}}"), &["rm", "--force", "--volumes"]),
            (&["network", "ls"], "{{.Name}} {{.ID}}", &["network", "rm"]),
            (&["volume", "ls"], "{{.Name}} {{.Name}}", &["volume", "rm"]),
            (&["image", "ls"], "{{.Repository}}-{{.Tag}} {{.Repository}}:{{.Tag}}", &["image", "rm"]),
        ];
        for (list, format, remove) in kinds {
            let listed = call::output(self.docker().args(list).args(["--format", format]))?;
            let is_of_a_trial = |name: &&str| {
                ["workout-trial-", "workout-services-trial-"].iter().any(|beginning| name.starts_with(beginning))
            };
            let left: Vec<_> = listed.lines().filter(is_of_a_trial).filter_map(|line| line.split(' ').nth(1)).collect();
            if !left.is_empty() {
                progress(&format!("removing what a trial left that was killed: {}", left.join(" ")));
                call::output(self.docker().args(remove).args(left))?;
            }
        }
        Ok(())
    }
}

/// Whether this process may do what an engine does first: make namespaces and mount something there.
fn can_run() -> Result<(), Absent> {
    if !rustix::process::geteuid().is_root() {
        return Err(Absent::Cannot("none answers, and only root can start one".to_owned()));
    }
    probe("mount -t tmpfs none /mnt").map_err(|problem| {
        Absent::Cannot(format!("none answers, and this machine lets nobody make namespaces and mount there: {problem}"))
    })
}

/// Whether the kernel has what published ports are made with.
fn has_nat() -> Result<(), Absent> {
    probe("PATH=$PATH:/usr/sbin:/sbin iptables --wait --table nat --list --numeric")
        .map_err(|problem| Absent::Cannot(format!("none answers, and this kernel translates no addresses: {problem}")))
}

fn probe(script: &str) -> Outcome {
    let unshare = ["--mount", "--net", "--pid", "--fork", "sh", "-c", script];
    call::output(Command::new("unshare").args(unshare)).map(drop)
}

/// What is missing, and nothing beside what is there: an engine of another make would have to give way to Debian's.
fn install() -> Outcome {
    let mut missing = Vec::new();
    if !is_there("docker") && !is_there("dockerd") {
        missing.push("docker.io");
    }
    if !is_there("iptables") {
        missing.push("iptables");
    }
    if !is_there("docker-compose") && !succeeds(Command::new("docker").args(["compose", "version"])) {
        missing.push("docker-compose");
    }
    if missing.is_empty() {
        return Ok(());
    }
    if !debian::can_install() {
        return Err(format!("{} missing, and can be installed by itself on Debian only", missing.join(", ")));
    }
    debian::install(&missing)
}

fn is_there(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.into_iter().any(|folder| folder.join(program).is_file())
}

fn client() -> Option<&'static str> {
    CLIENTS.into_iter().find(|client| builds(client))
}

fn builds(client: &str) -> bool {
    let version = call::output(Command::new(client).args(["--version"])).unwrap_or_default();
    version.contains("version 20.") || succeeds(Command::new(client).args(["buildx", "version"]))
}

fn compose(client: &str) -> Option<Vec<String>> {
    if succeeds(Command::new(client).args(["compose", "version"])) {
        return Some(vec![client.to_owned(), "compose".to_owned()]);
    }
    is_there("docker-compose").then(|| vec!["docker-compose".to_owned()])
}

fn succeeds(command: &mut Command) -> bool {
    call::output(command).is_ok()
}
