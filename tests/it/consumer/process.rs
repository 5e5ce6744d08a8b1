//! A consumer in a process of its own, which can be ended as processes end.

use std::env;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, setrlimit};
use serde_json::{Value, json};
use support::wait;
use tokio::signal::unix::{SignalKind, signal};
use workout_broker::Broker;
use workout_consumer::Consumer;

use super::{instances, poison};

/// What a consumer in another process is told.
const ORDER: &str = "WORKOUT_TEST_CONSUMER";

/// What it does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Notes single events in a file, and crashes with one of them.
    Single,
    /// The same in batches.
    Batches,
    /// Writes batches into a database.
    Table,
}

/// Not a test, but what the tests beside it start: they are the same program.
#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_for_the_tests_beside_it() {
    let Ok(order) = env::var(ORDER) else { return };
    let order: Value = serde_json::from_str(&order).unwrap();
    let text = |name: &str| order[name].as_str().unwrap();
    // An abort is meant here, and nobody wants to look at what is left of it.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).unwrap();
    let broker = Broker::connect(text("broker")).await.unwrap();
    let mut terminate = signal(SignalKind::terminate()).unwrap();
    let shutdown = async move {
        terminate.recv().await;
    };
    let consumer = consumer(text("kind"), text("into")).await;
    Box::pin(consumer.run(broker.clone(), shutdown)).await.unwrap();
    broker.close().await.unwrap();
}

async fn consumer(kind: &str, into: &str) -> Consumer {
    match kind {
        "Single" => poison::single(into),
        "Batches" => poison::batches(into),
        "Table" => instances::consumer(into).await,
        other => panic!("no consumer is called {other}"),
    }
}

/// A process that ends with this value, if it has not done so before.
pub(super) struct Process(Child);

impl Process {
    pub(super) fn start(kind: Kind, broker: &str, into: &str) -> Self {
        let order = json!({ "kind": format!("{kind:?}"), "broker": broker, "into": into });
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "consumer::process::a_consumer_for_the_tests_beside_it"]);
        command.env(ORDER, order.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// How it has ended, if it has.
    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// Asks it to end, and waits until it has, in order. Says how long that took.
    pub(super) async fn end(mut self, within: Duration) -> Duration {
        let asked = Instant::now();
        self.signal(Signal::TERM);
        let ended = wait::poll(within, || {
            let ended = self.ended();
            async move { ended }
        });
        let ended = ended.await.unwrap_or_else(|| panic!("it has not ended within {within:?}"));
        assert_eq!((ended.code(), ended.signal()), (Some(0), None));
        asked.elapsed()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}
