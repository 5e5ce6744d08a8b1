//! A server for one test, which may do to it what would stop all others.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use support::env;
use tempfile::TempDir;

/// Its processes carry the name of its folder in their environment.
pub(crate) struct Server {
    holder: Child,
    folder: TempDir,
    url: String,
}

impl Server {
    /// With these lines more in its configuration.
    pub(crate) fn start(settings: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("test-server-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_with-servers"));
        for variable in [env::AMQP_URL, env::RABBITMQ_API, env::POSTGRES_URL] {
            command.env_remove(variable);
        }
        command.args(["--rabbitmq", "--hold"]).env("TMPDIR", folder.path()).env("WORKOUT_TEST_RUN", folder.path());
        command.env(env::RABBITMQ_SETTINGS, settings);
        let mut holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines().map(Result::unwrap);
        let url = lines.find_map(|line| Some(line.strip_prefix(env::AMQP_URL)?.strip_prefix('=')?.to_owned()));
        Self { holder, folder, url: url.unwrap() }
    }

    /// Without a virtual host.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The node, unless it is in a container.
    pub(crate) fn node(&self) -> Option<Node> {
        let mark = format!("WORKOUT_TEST_RUN={}", self.folder.path().display());
        let mut processes = fs::read_dir("/proc").ok()?.flatten().map(|entry| entry.path());
        processes.find_map(|process| {
            let name = fs::read_to_string(process.join("comm")).ok()?;
            let environment = String::from_utf8(fs::read(process.join("environ")).ok()?).ok()?;
            let environment: Vec<_> = environment.split('\0').map(str::to_owned).collect();
            let id = process.file_name()?.to_str()?.parse().ok()?;
            (name.trim() == "beam.smp" && environment.contains(&mark)).then_some(Node { id, environment })
        })
    }
}

/// With its standard input `with-servers` ends, and takes its servers with it.
impl Drop for Server {
    fn drop(&mut self) {
        if let Some(node) = self.node() {
            node.signal(Signal::CONT);
        }
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}

pub(crate) struct Node {
    id: i32,
    environment: Vec<String>,
}

impl Node {
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.id).unwrap(), signal).unwrap();
    }

    /// Calls `rabbitmqctl` as the server's own processes would.
    pub(crate) fn control(&self, arguments: &[&str]) {
        let mut command = Command::new("rabbitmqctl");
        command.env_clear().envs(self.environment.iter().filter_map(|variable| variable.split_once('=')));
        let path = std::env::var("PATH").unwrap();
        let output = command.env("PATH", format!("/usr/lib/rabbitmq/bin:{path}")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}
