//! Services in Python that publish to RabbitMQ and consume from it, as the guide has them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::json;
use support::rabbitmq::{self, Vhost};
use support::wait;
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use workout_broker::{Broker, Outcome};
use workout_consumer::Consumer;
use workout_events::amqp::Message;
use workout_events::{Decoder, Event, UserId, WorkoutPerformed, event};
use workout_publisher::Publisher;

use super::clients;
use super::cloudevents::performed;

/// For everything, on a loaded machine.
const LIMIT: Duration = Duration::from_mins(1);

/// What another service publishes in the plain envelope.
#[event(type = "user.created", version = 1, subject = user_id)]
pub struct UserCreated {
    /// The person.
    pub user_id: UserId,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_handles_what_python_publishes_as_a_cloudevent_and_in_the_plain_envelope() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    // An exchange of theirs.
    let exchange = format!("exchanges/{}/auth.events", vhost.name());
    vhost.management().put(&exchange, json!({ "type": "topic", "durable": true })).await.unwrap();
    let (came, mut coming) = mpsc::unbounded_channel();
    let comes = came.clone();
    let consumer = Consumer::new("gym.people")
        .decoder(Decoder::new().accept_plain_envelope())
        .bind("auth.events", "user.*")
        .on(move |event: Event<UserCreated>| {
            let told = comes.send(format!("{} {}", event.source(), event.data().user_id));
            async { told }
        })
        .on(move |event: Event<WorkoutPerformed>| {
            let told = came.send(format!("{} {}", event.source(), event.id()));
            async { told }
        });
    broker.declare(&consumer.queue()).await.unwrap();
    let (end, ended) = oneshot::channel::<()>();
    let running = tokio::spawn(consumer.run(broker.clone(), async { drop(ended.await) }));

    let id = printed("publish.py", &vhost).await;
    assert_eq!(timeout(LIMIT, coming.recv()).await.unwrap().unwrap(), format!("/treadmill {}", id.trim()));
    assert_eq!(printed("publish_plain.py", &vhost).await, "");
    let told = timeout(LIMIT, coming.recv()).await.unwrap().unwrap();
    assert!(told.contains("auth-service") && told.ends_with("0197a9f6-5d2c-7c55-9f0a-5a1f0e7f1f10"), "{told}");
    // The same fact once more is the same event.
    assert_eq!(printed("publish.py", &vhost).await, id);
    assert_eq!(timeout(LIMIT, coming.recv()).await.unwrap().unwrap(), format!("/treadmill {}", id.trim()));
    end.send(()).unwrap();
    let report = running.await.unwrap().unwrap();
    assert_eq!((report.handled, report.quarantined, report.parked, report.dead), (3, 0, 0, 0));
    broker.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn python_consumes_what_we_publish_and_refuses_what_breaks_the_schema() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    // As the services that publish make it: with the exchanges.
    broker.apply(&workout_broker::Topology::new()).await.unwrap();
    let mut theirs = Script::consuming(&vhost);
    let path = format!("queues/{}/gym.workouts", vhost.name());
    wait::until("it reads", LIMIT, || async {
        let queue = vhost.management().get(&path).await.unwrap_or_default();
        queue["consumer_details"].as_array().is_some_and(|readers| !readers.is_empty())
    })
    .await;

    let publisher = Publisher::new(broker.clone());
    for revision in 1..=3 {
        let event = Event::new("/rust", performed(revision)).unwrap();
        assert_eq!(publisher.publish(&event).await.unwrap(), Outcome::Confirmed);
        let want = format!("{} {} {revision}", event.id(), event.data().workout_id);
        assert_eq!(theirs.line().await, want);
    }
    let event = Event::new("/rust", performed(4)).unwrap();
    let spoiled = String::from_utf8(event.encode()).unwrap().replace("\"strength\"", "true");
    for body in [spoiled.into_bytes(), b"\xff".to_vec()] {
        let mut message = Message::of(&event).unwrap();
        message.body = body;
        assert_eq!(broker.publish(message).await.unwrap(), Outcome::Confirmed);
        let line = theirs.line().await;
        assert!(line.starts_with("refused: "), "{line}");
    }
    wait::until("both are dead letters", LIMIT, || async { broker.depth("gym.workouts.dead").await.unwrap() == 2 })
        .await;
    drop(theirs);
    assert_eq!(broker.depth("gym.workouts").await.unwrap(), 0);
    assert!(publisher.close(LIMIT).await.left.is_empty());
    broker.close().await.unwrap();
}

/// What a script of the guide prints.
async fn printed(name: &'static str, vhost: &Vhost) -> String {
    let url = vhost.amqp_url();
    spawn_blocking(move || {
        let (_folder, path) = documented(name);
        clients::python(path, [url])
    })
    .await
    .unwrap()
}

/// A script that runs until this value is dropped.
struct Script {
    child: Child,
    lines: mpsc::UnboundedReceiver<String>,
    _files: [TempDir; 2],
}

impl Script {
    fn consuming(vhost: &Vhost) -> Self {
        let (folder, path) = documented("consume.py");
        let schemas = clients::exported();
        let schema = schemas.path().join("workout.performed.v1.schema.json");
        let mut command = clients::python_command(path);
        let mut child = command.arg(vhost.amqp_url()).arg(schema).stdout(Stdio::piped()).spawn().unwrap();
        let printed = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::unbounded_channel();
        spawn_blocking(move || printed.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines, _files: [folder, schemas] }
    }

    async fn line(&mut self) -> String {
        timeout(LIMIT, self.lines.recv()).await.unwrap().unwrap()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A script as it stands in the guide, which begins with its name.
#[track_caller]
fn documented(name: &str) -> (TempDir, PathBuf) {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/other-languages.md");
    let guide = fs::read_to_string(guide).unwrap();
    let begin = guide.find(&format!("```python\n# {name} ")).unwrap() + "```python\n".len();
    let end = begin + guide[begin..].find("```").unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, &guide[begin..end]).unwrap();
    (folder, path)
}
