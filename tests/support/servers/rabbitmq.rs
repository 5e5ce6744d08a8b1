//! A private RabbitMQ from the programs on this machine.

use std::env as process_env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::env;
use crate::rabbitmq::Management;
use crate::servers::local::{self, Local, free_ports};
use crate::servers::process::{Process, leashed};
use crate::servers::programs;

/// Whether [`start`] has a chance.
pub(crate) fn is_installed() -> bool {
    find("rabbitmq-server").is_some()
}

/// Starts a node for whoever asks through the environment.
pub(crate) async fn start() -> Result<(Local, Vec<(&'static str, String)>), String> {
    let node = Node::start("").await?;
    let settings = vec![(env::AMQP_URL, node.amqp_url()), (env::RABBITMQ_API, node.api())];
    Ok((node.local, settings))
}

/// A node that shares nothing with another one on this machine: not the name server of Erlang, not a port, not a file.
#[derive(Debug)]
pub(crate) struct Node {
    local: Local,
    ports: Ports,
}

#[derive(Debug, Clone, Copy)]
struct Ports {
    amqp: u16,
    management: u16,
    distribution: u16,
    names: u16,
}

impl Node {
    /// Starts a node with these lines more in its configuration.
    pub(crate) async fn start(settings: &str) -> Result<Self, String> {
        local::start(|| Self::attempt(settings)).await
    }

    async fn attempt(settings: &str) -> Result<Self, String> {
        let [amqp, management, distribution, names] =
            free_ports().map_err(|error| format!("no free ports: {error}"))?;
        let ports = Ports { amqp, management, distribution, names };
        let folder = tempfile::Builder::new().prefix("test-rabbitmq-").tempdir();
        let folder = folder.map_err(|error| format!("no temporary folder: {error}"))?;
        let said = |error| format!("{}: {error}", folder.path().display());
        configure(folder.path(), ports, settings).map_err(said)?;

        let mut helpers = Vec::new();
        // Started here, Erlang's name server ends with us; started by Erlang, it would outlive everybody.
        if let Some(epmd) = programs::find("epmd", &[]) {
            let mut epmd = leashed(&epmd);
            epmd.args(["-address", "127.0.0.1", "-port", &names.to_string()]).current_dir(folder.path());
            helpers.push(Process::start("epmd", &mut epmd, folder.path().join("epmd.log"), Signal::TERM)?);
        }
        let server = launch(folder.path(), ports)?;
        let mut this = Self { local: Local { server, helpers, folder }, ports };
        this.answers().await?;
        Ok(this)
    }

    /// Kills the node as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.local.server.kill();
    }

    /// Starts a node that was killed once more, with all that it had on disk, and waits until it answers.
    pub(crate) async fn start_again(&mut self) -> Result<(), String> {
        self.local.server = launch(self.local.folder.path(), self.ports)?;
        self.answers().await
    }

    /// Sends a signal to the node's processes.
    pub(crate) fn signal(&self, signal: Signal) {
        self.local.server.signal(signal);
    }

    /// What to run `rabbitmqctl` with.
    pub(crate) fn control(&self) -> Result<Command, String> {
        let program = find("rabbitmqctl").ok_or("rabbitmqctl is not found")?;
        Ok(inside(Command::new(program), self.local.folder.path(), self.ports))
    }

    /// Without a virtual host.
    pub(crate) fn amqp_url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}", self.ports.amqp)
    }

    /// The URL of the management API.
    pub(crate) fn api(&self) -> String {
        format!("http://guest:guest@127.0.0.1:{}", self.ports.management)
    }

    async fn answers(&mut self) -> Result<(), String> {
        let (client, port) = (Management::new(&self.api()), self.ports.amqp);
        self.local.answers(|| async { client.get("vhosts").await.is_ok() && speaks_amqp(port).await.is_ok() }).await
    }
}

fn launch(folder: &Path, ports: Ports) -> Result<Process, String> {
    let program = find("rabbitmq-server").ok_or("rabbitmq-server is not found")?;
    let mut command = inside(leashed(&program), folder, ports);
    // Nothing of it is kept, so it need not close its queues in order, which would take seconds.
    Process::start("rabbitmq-server", &mut command, folder.join("output.log"), Signal::KILL)
}

/// A command that sees this node and no other.
fn inside(mut command: Command, folder: &Path, ports: Ports) -> Command {
    command.current_dir(folder);
    for (name, _) in process_env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"RABBITMQ_") {
            command.env_remove(name);
        }
    }
    command.envs(surroundings(folder));
    command.env("RABBITMQ_DIST_PORT", ports.distribution.to_string());
    command.env("ERL_EPMD_PORT", ports.names.to_string());
    command
}

/// The listener is there before the node takes connections: until then it resets them.
async fn speaks_amqp(port: u16) -> io::Result<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(b"AMQP\x00\x00\x09\x01").await?;
    stream.read_u8().await
}

/// The files that are read before the first start.
fn configure(folder: &Path, ports: Ports, settings: &str) -> io::Result<()> {
    let Ports { amqp, management, .. } = ports;
    let settings = format!(
        "listeners.tcp.1 = 127.0.0.1:{amqp}\n\
         management.tcp.ip = 127.0.0.1\n\
         management.tcp.port = {management}\n\
         {settings}\n"
    );
    fs::write(folder.join("rabbitmq.conf"), settings)?;
    fs::write(folder.join("enabled_plugins"), "[rabbitmq_management].\n")?;
    fs::write(folder.join("advanced.config"), "[].\n")?;
    fs::write(folder.join("rabbitmq-env.conf"), "")
}

/// The environment that keeps the node inside of its folder and away from the machine's own settings.
fn surroundings(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    vec![
        // The Erlang cookie is made in the home folder.
        ("HOME", folder.to_owned()),
        ("TMPDIR", folder.to_owned()),
        ("ERL_EPMD_ADDRESS", "127.0.0.1".into()),
        ("RABBITMQ_NODENAME", "test@localhost".into()),
        ("RABBITMQ_CONFIG_FILE", folder.join("rabbitmq.conf")),
        ("RABBITMQ_ADVANCED_CONFIG_FILE", folder.join("advanced.config")),
        ("RABBITMQ_CONF_ENV_FILE", folder.join("rabbitmq-env.conf")),
        ("RABBITMQ_ENABLED_PLUGINS_FILE", folder.join("enabled_plugins")),
        ("RABBITMQ_MNESIA_BASE", folder.join("data")),
        ("RABBITMQ_LOG_BASE", folder.join("log")),
        ("RABBITMQ_PID_FILE", folder.join("pid")),
        ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}".into()),
    ]
}

/// Debian's programs on the path change the user and the folder; those that they call do not.
fn find(program: &str) -> Option<PathBuf> {
    programs::find(program, &["/usr/lib/rabbitmq/bin".into(), "/opt/homebrew/sbin".into(), "/usr/local/sbin".into()])
}
