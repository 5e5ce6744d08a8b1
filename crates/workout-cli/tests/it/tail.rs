//! `workout tail`

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

use support::wait;
use workout_broker::Outcome;
use workout_events::amqp::Message;
use workout_events::{Event, EventType, TOPIC_EXCHANGE, UserId};

use crate::site::{Site, deleted, erased, interrupt};

/// A command that listens.
struct Tail {
    child: Child,
    lines: BufReader<ChildStdout>,
    queue: String,
}

impl Tail {
    /// Starts it, and waits until no event can pass it any more.
    async fn start<const N: usize>(site: &Site, options: [&str; N]) -> Self {
        let others = listeners(site).await;
        let mut tail = site.command(["tail"]);
        let mut child = tail.args(options).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines, queue: new_listener(site, &others).await }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    /// Expects that it ends by itself, and gives what it said on its standard error.
    #[track_caller]
    fn ended(mut self) -> String {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        let output = self.child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), rest.as_str()), (Some(0), ""));
        String::from_utf8(output.stderr).unwrap()
    }
}

/// The queues of tails that hear something.
async fn listeners(site: &Site) -> Vec<String> {
    let bindings = site.vhost.management().get(&format!("bindings/{}", site.vhost.name())).await.unwrap();
    let of_topic = bindings.as_array().unwrap().iter().filter(|binding| binding["source"] == TOPIC_EXCHANGE);
    let queues = of_topic.map(|binding| binding["destination"].as_str().unwrap().to_owned());
    queues.filter(|queue| queue.starts_with("workout.tail.")).collect()
}

/// Waits for one that was not there before.
async fn new_listener(site: &Site, others: &[String]) -> String {
    let found = || async { listeners(site).await.into_iter().find(|queue| !others.contains(queue)) };
    wait::value("somebody listens", Duration::from_secs(20), found).await
}

async fn send<T: EventType>(site: &Site, event: &Event<T>) {
    let outcome = site.broker.publish(Message::of(event).unwrap()).await.unwrap();
    assert_eq!(outcome, Outcome::Confirmed);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_a_line_and_nobody_else_misses_it() {
    let site = Site::with_queue("#").await;
    let mut tail = Tail::start(&site, ["--count", "2"]).await;
    let (event, user) = (deleted(), erased(UserId::generate()));
    send(&site, &event).await;
    send(&site, &user).await;
    let line = tail.line();
    let columns: Vec<_> = line.split_whitespace().collect();
    let [time, id] = [event.time().to_string(), event.id().to_string()];
    let subject = event.data().workout_id.to_string();
    assert_eq!(columns[..4], [&time, "workout.deleted", &subject, &id], "{line}");
    assert!(columns[4].starts_with("{\"workout_id\":"), "{line}");
    assert!(tail.line().contains("user.erased"));
    assert_eq!(tail.ended(), "");
    assert_eq!(site.messages().await, [event.encode(), user.encode()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn types_and_users_can_be_chosen() {
    let site = Site::with_queue("#").await;
    let (mine, other) = (erased(UserId::generate()), erased(UserId::generate()));
    let user = mine.data().user_id.to_string();
    let mut by_user = Tail::start(&site, ["--json", "--count", "1", "--user", &user]).await;
    let mut by_type = Tail::start(&site, ["--json", "--count", "2", "--type", "user.*"]).await;
    send(&site, &deleted()).await;
    send(&site, &other).await;
    send(&site, &mine).await;
    assert_eq!(by_user.line().into_bytes(), [mine.encode(), b"\n".to_vec()].concat());
    assert_eq!(by_user.ended(), "");
    assert_eq!(by_type.line().into_bytes(), [other.encode(), b"\n".to_vec()].concat());
    assert_eq!(by_type.line().into_bytes(), [mine.encode(), b"\n".to_vec()].concat());
    assert_eq!(by_type.ended(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_message_is_shown_with_its_code_and_without_its_text() {
    let site = Site::with_queue("#").await;
    let mut message = Message::of(&deleted()).unwrap();
    message.body = b"{\"secret\x1b\":".to_vec();
    let mut people = Tail::start(&site, ["--count", "1"]).await;
    assert_eq!(site.broker.publish(message.clone()).await.unwrap(), Outcome::Confirmed);
    let line = people.line();
    assert!(line.starts_with("invalid  workout.deleted  ") && line.contains("invalid_json"), "{line}");
    assert!(!line.contains("secret"), "{line}");
    assert_eq!(people.ended(), "");

    let programs = Tail::start(&site, ["--json", "--count", "1"]).await;
    assert_eq!(site.broker.publish(message).await.unwrap(), Outcome::Confirmed);
    assert!(programs.ended().starts_with("invalid  "));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_disappears_by_itself() {
    let site = Site::with_queue("#").await;
    let tail = Tail::start(&site, []).await;
    let path = format!("queues/{}/{}", site.vhost.name(), tail.queue);
    let queue = site.vhost.management().get(&path).await.unwrap();
    assert_eq!(queue["arguments"]["x-expires"], 60_000, "{queue}");
    assert!(queue["arguments"]["x-max-length"].is_u64(), "{queue}");
    interrupt(&tail.child);
    assert_eq!(tail.ended(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_leaves_ends_it_quietly() {
    let site = Site::with_queue("#").await;
    let mut tail = Tail::start(&site, []).await;
    send(&site, &deleted()).await;
    tail.line();
    drop(tail.lines);
    send(&site, &deleted()).await;
    let output = tail.child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_somebody_deleted_is_made_again() {
    let site = Site::with_queue("#").await;
    let mut tail = Tail::start(&site, ["--json", "--count", "1"]).await;
    site.vhost.management().delete(&format!("queues/{}/{}", site.vhost.name(), tail.queue)).await.unwrap();
    new_listener(&site, &[]).await;
    let event = deleted();
    send(&site, &event).await;
    assert_eq!(tail.line().into_bytes(), [event.encode(), b"\n".to_vec()].concat());
    assert!(tail.ended().starts_with("the queue was gone "));
}
