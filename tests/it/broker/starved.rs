//! A broker that takes nothing in, and one that hangs: on a server of their own, for they would stop all other tests.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use support::{env, wait};
use tempfile::TempDir;
use tokio::time::timeout;
use workout_broker::{Broker, LinkState, Outcome, Prefetch, Queue};

use super::{WANTED, message};

const QUEUE: &str = "broker.starved";
const LIMIT: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_blocks_or_hangs_is_named_and_no_publisher_waits_longer_than_it_said() {
    let server = Server::start();
    let Some(node) = server.node() else {
        eprintln!("not shown: the server runs in a container, out of reach of signals");
        return;
    };
    let broker = Broker::connect(&format!("{}/%2f?heartbeat=1", server.url)).await.unwrap();
    broker.declare(&Queue::new(QUEUE).bind("workout.events", WANTED)).await.unwrap();
    let mut lane = broker.lane();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);

    node.control(&["set_vm_memory_high_watermark", "0.00001"]);
    // The broker blocks a connection when something is published on it.
    wait::until("the publish link is blocked", LIMIT, || {
        let (mut lane, broker) = (broker.lane(), broker.clone());
        async move {
            let became = timeout(2 * SHORT, lane.window(&[message(WANTED)], SHORT)).await.unwrap();
            assert!(became.is_err() || became.unwrap().len() == 1);
            broker.health().publishing.state == LinkState::Blocked
        }
    })
    .await;
    // Readers still drain it.
    let mut deliveries = broker.consume(QUEUE, Prefetch::default()).await.unwrap();
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap().ack().await.unwrap();
    // What is known to be blocked is not even tried.
    assert!(lane.window(&[message(WANTED)], SHORT).await.unwrap_err().is_transient());
    assert_eq!(broker.health().consuming.state, LinkState::Up, "{}", broker.health());
    node.control(&["set_vm_memory_high_watermark", "0.6"]);
    timeout(LIMIT, broker.well()).await.unwrap().unwrap();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);

    node.signal(Signal::STOP);
    assert_eq!(lane.window(&[message(WANTED)], SHORT).await.unwrap(), [Outcome::Unknown]);
    wait::until("both links are given up", LIMIT, || async {
        let health = broker.health();
        (health.publishing.state, health.consuming.state) == (LinkState::Down, LinkState::Down)
    })
    .await;
    assert!(lane.window(&[message(WANTED)], SHORT).await.unwrap_err().is_transient());
    node.signal(Signal::CONT);
    timeout(LIMIT, broker.well()).await.unwrap().unwrap();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap().ack().await.unwrap();
    deliveries.close().await.unwrap();
    broker.close().await.unwrap();
}

/// Its processes carry the name of its folder in their environment.
struct Server {
    holder: Child,
    folder: TempDir,
    url: String,
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("test-starved-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_with-servers"));
        for variable in [env::AMQP_URL, env::RABBITMQ_API, env::POSTGRES_URL] {
            command.env_remove(variable);
        }
        command.args(["--rabbitmq", "--hold"]).env("TMPDIR", folder.path()).env("WORKOUT_TEST_RUN", folder.path());
        let mut holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines().map(Result::unwrap);
        let url = lines.find_map(|line| Some(line.strip_prefix(env::AMQP_URL)?.strip_prefix('=')?.to_owned()));
        Self { holder, folder, url: url.unwrap() }
    }

    fn node(&self) -> Option<Node> {
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

struct Node {
    id: i32,
    environment: Vec<String>,
}

impl Node {
    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.id).unwrap(), signal).unwrap();
    }

    /// Calls `rabbitmqctl` as the server's own processes would.
    fn control(&self, arguments: &[&str]) {
        let mut command = Command::new("rabbitmqctl");
        command.env_clear().envs(self.environment.iter().filter_map(|variable| variable.split_once('=')));
        let path = std::env::var("PATH").unwrap();
        let output = command.env("PATH", format!("/usr/lib/rabbitmq/bin:{path}")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}
