//! A server of a test's own, which may do to it what would stop all others: kill it, hold it, starve it.

use std::fmt;

use rustix::process::Signal;
use tokio::process::Command;

use crate::rabbitmq::Management;
use crate::servers::postgres;
use crate::servers::rabbitmq::{self, Node};

/// Starts a node from the programs on this machine, with these lines more in its configuration. `None` where they are
/// not installed, which is said: what runs in a container is out of reach.
///
/// # Panics
///
/// When it does not start, with what it said.
pub async fn rabbitmq(settings: &str) -> Option<RabbitMq> {
    if !rabbitmq::is_installed() {
        eprintln!("not shown: RabbitMQ is not installed, and a server in a container cannot be killed from here");
        return None;
    }
    let node = Node::start(settings).await.unwrap_or_else(|problem| panic!("no server for the test: {problem}"));
    let management = Management::new(&node.api());
    Some(RabbitMq { node, management })
}

/// A node that ends with this value, and with the test when that is killed.
pub struct RabbitMq {
    node: Node,
    management: Management,
}

impl RabbitMq {
    /// The URL for an AMQP client, with credentials and without a virtual host.
    #[must_use]
    pub fn amqp_url(&self) -> String {
        self.node.amqp_url()
    }

    /// The URL of the management API, with credentials.
    #[must_use]
    pub fn api(&self) -> String {
        self.node.api()
    }

    /// The node's management API.
    #[must_use]
    pub fn management(&self) -> &Management {
        &self.management
    }

    /// Kills the node as `kill -9` does.
    pub fn kill(&mut self) {
        self.node.kill();
    }

    /// Starts a node that was killed once more, with all that it had on disk, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it does not start, with what it said.
    pub async fn start_again(&mut self) {
        self.node.start_again().await.unwrap_or_else(|problem| panic!("the server does not start again: {problem}"));
    }

    /// Holds all of the node's processes (SIGSTOP): its sockets stay open, and nobody answers.
    pub fn hold(&self) {
        self.node.signal(Signal::STOP);
    }

    /// Lets a node go on that was held.
    pub fn release(&self) {
        self.node.signal(Signal::CONT);
    }

    /// Calls `rabbitmqctl`.
    ///
    /// # Panics
    ///
    /// When it fails, with what it said.
    pub async fn control(&self, arguments: &[&str]) {
        let command = self.node.control().unwrap_or_else(|problem| panic!("{problem}"));
        let output = Command::from(command).args(arguments).output().await;
        let output = output.unwrap_or_else(|error| panic!("rabbitmqctl {arguments:?}: {error}"));
        assert!(output.status.success(), "rabbitmqctl {arguments:?}: {output:?}");
    }
}

/// Without a URL, which has a password in it.
impl fmt::Debug for RabbitMq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RabbitMq").field("node", &self.node).finish_non_exhaustive()
    }
}

/// Starts a PostgreSQL from the programs on this machine. `None` where they are not installed, which is said.
///
/// # Panics
///
/// When it does not start, with what it said.
pub async fn postgres() -> Option<Postgres> {
    if !postgres::is_installed() {
        eprintln!("not shown: PostgreSQL is not installed, and a server in a container cannot be killed from here");
        return None;
    }
    let node = postgres::Node::start(&["--wal-segsize=1"]).await;
    Some(Postgres(node.unwrap_or_else(|problem| panic!("no server for the test: {problem}"))))
}

/// A PostgreSQL that ends with this value.
#[derive(Debug)]
pub struct Postgres(postgres::Node);

impl Postgres {
    /// The URL of a database that is there from the beginning.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/postgres", self.0.url())
    }

    /// Kills the server with all of its processes, as the loss of the machine does.
    pub fn kill(&mut self) {
        self.0.kill();
    }

    /// Starts a server that was killed once more, with all that it had on disk, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it does not start, with what it said.
    pub async fn start_again(&mut self) {
        self.0.start_again().await.unwrap_or_else(|problem| panic!("the server does not start again: {problem}"));
    }

    /// No file may become longer than that, as if the disk were full then: of the page with which one would, only a part is
    /// written. A segment of the write-ahead log has 1 MiB, so with less than that the server crashes. With nothing, there is
    /// room again.
    ///
    /// # Panics
    ///
    /// When it is refused.
    pub fn limit_files(&self, bytes: Option<u64>) {
        self.0.limit_files(bytes).unwrap_or_else(|problem| panic!("no limit for the server's files: {problem}"));
    }
}
