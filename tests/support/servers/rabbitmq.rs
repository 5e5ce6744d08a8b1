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
use crate::servers::process::Process;
use crate::servers::programs;

/// Whether [`start`] has a chance.
pub(crate) fn is_installed() -> bool {
    program().is_some()
}

/// Starts a node that shares nothing with another one on this machine: not the name server of Erlang, not a port, not
/// a file.
pub(crate) async fn start() -> Result<(Local, Vec<(&'static str, String)>), String> {
    local::start(attempt).await
}

async fn attempt() -> Result<(Local, Vec<(&'static str, String)>), String> {
    let program = program().ok_or("rabbitmq-server is not found")?;
    let [amqp, management, distribution, names] = free_ports().map_err(|error| format!("no free ports: {error}"))?;
    let folder = tempfile::Builder::new().prefix("test-rabbitmq-").tempdir();
    let folder = folder.map_err(|error| format!("no temporary folder: {error}"))?;
    configure(folder.path(), amqp, management).map_err(|error| format!("{}: {error}", folder.path().display()))?;

    let mut helpers = Vec::new();
    // Started here, Erlang's name server ends with us; started by Erlang, it would outlive everybody.
    if let Some(epmd) = programs::find("epmd", &[]) {
        let mut epmd = Command::new(epmd);
        epmd.args(["-address", "127.0.0.1", "-port", &names.to_string()]).current_dir(folder.path());
        helpers.push(Process::start("epmd", &mut epmd, folder.path().join("epmd.log"), Signal::TERM)?);
    }
    let mut command = Command::new(program);
    command.current_dir(folder.path());
    for (name, _) in process_env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"RABBITMQ_") {
            command.env_remove(name);
        }
    }
    command.envs(surroundings(folder.path()));
    command.env("RABBITMQ_DIST_PORT", distribution.to_string());
    command.env("ERL_EPMD_PORT", names.to_string());
    let log = folder.path().join("output.log");
    // Nothing of it is kept, so it need not close its queues in order, which would take seconds.
    let server = Process::start("rabbitmq-server", &mut command, log, Signal::KILL)?;

    let mut local = Local { server, helpers, folder };
    let api = format!("http://guest:guest@127.0.0.1:{management}");
    let client = Management::new(&api);
    local.answers(|| async { client.get("vhosts").await.is_ok() && speaks_amqp(amqp).await.is_ok() }).await?;
    let url = format!("amqp://guest:guest@127.0.0.1:{amqp}");
    Ok((local, vec![(env::AMQP_URL, url), (env::RABBITMQ_API, api)]))
}

/// The listener is there before the node takes connections: until then it resets them.
async fn speaks_amqp(port: u16) -> io::Result<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(b"AMQP\x00\x00\x09\x01").await?;
    stream.read_u8().await
}

/// The files that are read before the first start.
fn configure(folder: &Path, amqp: u16, management: u16) -> io::Result<()> {
    let settings = format!(
        "listeners.tcp.1 = 127.0.0.1:{amqp}\n\
         management.tcp.ip = 127.0.0.1\n\
         management.tcp.port = {management}\n\
         {}\n",
        env::get(env::RABBITMQ_SETTINGS).unwrap_or_default()
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

/// Debian's `rabbitmq-server` on the path changes the user and the folder; the one it calls does not.
fn program() -> Option<PathBuf> {
    programs::find(
        "rabbitmq-server",
        &["/usr/lib/rabbitmq/bin".into(), "/opt/homebrew/sbin".into(), "/usr/local/sbin".into()],
    )
}
