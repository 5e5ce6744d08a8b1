//! Programs as they stand in the guide, in a folder and running.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use support::rabbitmq::Vhost;
use support::wait;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::clients;

/// For everything, on a loaded machine.
pub(super) const LIMIT: Duration = Duration::from_mins(1);

/// A program as it stands in the guide, where its first line begins with its name.
#[track_caller]
pub(super) fn documented(name: &str) -> (TempDir, PathBuf) {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/other-languages.md");
    let guide = fs::read_to_string(guide).unwrap();
    let first = match name.rsplit_once('.') {
        Some((_, "py")) => format!("```python\n# {name} "),
        _ => format!("```javascript\n// {name} "),
    };
    let begin = guide.find(&first).unwrap();
    let begin = begin + guide[begin..].find('\n').unwrap() + 1;
    let end = begin + guide[begin..].find("```").unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, &guide[begin..end]).unwrap();
    (folder, path)
}

/// The file with the schema of performed workouts, as long as the folder lives.
pub(super) fn schema() -> (TempDir, PathBuf) {
    let schemas = clients::exported();
    let path = schemas.path().join("workout.performed.v1.schema.json");
    (schemas, path)
}

/// A program that runs until this value is dropped.
pub(super) struct Script {
    child: Child,
    lines: mpsc::UnboundedReceiver<String>,
}

impl Script {
    pub(super) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let printed = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::unbounded_channel();
        spawn_blocking(move || printed.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// The next line that it prints.
    pub(super) async fn line(&mut self) -> String {
        timeout(LIMIT, self.lines.recv()).await.unwrap().unwrap()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Waits until somebody reads this queue.
pub(super) async fn is_read(vhost: &Vhost, queue: &str) {
    let path = format!("queues/{}/{queue}", vhost.name());
    wait::until("it reads", LIMIT, || async {
        let queue = vhost.management().get(&path).await.unwrap_or_default();
        queue["consumer_details"].as_array().is_some_and(|readers| !readers.is_empty())
    })
    .await;
}

/// Makes a topic exchange of somebody else.
pub(super) async fn exchange(vhost: &Vhost, name: &str) {
    let path = format!("exchanges/{}/{name}", vhost.name());
    vhost.management().put(&path, json!({ "type": "topic", "durable": true })).await.unwrap();
}
