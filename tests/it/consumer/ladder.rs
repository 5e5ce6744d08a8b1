//! Attempts and pauses, as the broker keeps them.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldArray, FieldTable, ShortString};
use lapin::{BasicProperties, Connection, ConnectionProperties};
use serde_json::{Value, json};
use support::{rabbitmq, wait};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use workout_broker::{Broker, Delivery, Outcome, Prefetch};
use workout_consumer::{Consumer, Context, Failure, Reason, Retries};
use workout_events::amqp::{HeaderValue, Message};
use workout_events::{Event, WorkoutDeleted, WorkoutId};

use super::{LIMIT, QUEUE, dead};

/// How much later than told an attempt may be, on a loaded machine.
const LATE: Duration = Duration::from_secs(5);

const STEPS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

fn event() -> Event<WorkoutDeleted> {
    Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 2)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_climbs_the_ladder_and_is_a_dead_letter_that_tells_all_of_it() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    let (began, mut attempts) = mpsc::unbounded_channel();
    let consumer = Consumer::new(QUEUE).retries(Retries::none().at_once(1).ladder(STEPS)).on(
        move |_: Event<WorkoutDeleted>, context: Context<()>| {
            began.send((context.attempt(), Instant::now())).unwrap();
            async { Err::<(), _>(std::io::Error::other("disk full")) }
        },
    );
    broker.declare(&consumer.queue()).await.unwrap();
    let published = event();
    assert_eq!(broker.publish(Message::of(&published).unwrap()).await.unwrap(), Outcome::Confirmed);

    let (end, ended) = oneshot::channel::<()>();
    let running = tokio::spawn(consumer.run(broker.clone(), async { drop(ended.await) }));
    wait::until("it is dead", LIMIT, || async { dead::count(&broker).await == 1 }).await;
    end.send(()).unwrap();
    let report = running.await.unwrap().unwrap();
    assert_eq!((report.handled, report.retried, report.dead, report.left), (0, 2, 1, 0));

    let mut made = Vec::new();
    while let Ok(attempt) = attempts.try_recv() {
        made.push(attempt);
    }
    assert_eq!(made.iter().map(|(attempt, _)| *attempt).collect::<Vec<_>>(), [1, 2, 3, 4]);
    let pauses = made.windows(2).map(|pair| pair[1].1 - pair[0].1);
    for (pause, told) in pauses.zip([Duration::ZERO, STEPS[0], STEPS[1]]) {
        assert!((told..told + LATE).contains(&pause), "{pause:?} instead of {told:?}");
    }

    let delivery = only(&broker, &format!("{QUEUE}.dead")).await;
    let text = |name: &str| match delivery.header(name) {
        Some(HeaderValue::Text(text)) => text,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(delivery.header("workout-attempts"), Some(HeaderValue::Integer(4)));
    assert_eq!(text("workout-dead-reason"), "exhausted");
    assert_eq!(text("workout-dead-error"), "disk full");
    assert_eq!(text("workout-dead-queue"), QUEUE);
    assert_eq!(
        (text("workout-exchange"), text("workout-routing-key")),
        ("workout.events".into(), "workout.deleted".into())
    );
    assert!(text("workout-first-time") < text("workout-dead-time"));
    let arrived = Event::<WorkoutDeleted>::decode(delivery.body()).unwrap();
    assert_eq!(arrived, published);
    broker.close().await.unwrap();
}

/// What the broker was told of the queues, as it says itself: a delay queue keeps a message until the queue has it back.
#[tokio::test(flavor = "multi_thread")]
async fn queues_that_hand_messages_on_do_it_at_least_once() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    let consumer = Consumer::new(QUEUE).retries(Retries::none().ladder(STEPS)).on(async |_: Event<WorkoutDeleted>| {});
    broker.declare(&consumer.queue()).await.unwrap();
    for (name, to) in [("", ".dead"), (".retry.1s", ""), (".retry.3s", "")] {
        let path = format!("queues/{}/{QUEUE}{name}", vhost.name());
        let queue = vhost.management().get(&path).await.unwrap();
        let arguments = &queue["arguments"];
        assert_eq!(arguments["x-queue-type"], "quorum", "{name}");
        assert_eq!(arguments["x-dead-letter-strategy"], "at-least-once", "{name}");
        assert_eq!(arguments["x-overflow"], "reject-publish", "{name}");
        assert_eq!(arguments["x-dead-letter-exchange"], "", "{name}");
        assert_eq!(arguments["x-dead-letter-routing-key"], format!("{QUEUE}{to}"), "{name}");
    }
    let times = ["1s", "3s"].map(|step| format!("queues/{}/{QUEUE}.retry.{step}", vhost.name()));
    for (path, want) in times.iter().zip([1_000, 3_000]) {
        assert_eq!(vhost.management().get(path).await.unwrap()["arguments"]["x-message-ttl"], want);
    }
    let letters: Value = vhost.management().get(&format!("queues/{}/{QUEUE}.dead", vhost.name())).await.unwrap();
    assert_eq!(letters["arguments"]["x-queue-type"], json!("quorum"));
    broker.close().await.unwrap();
}

/// Whatever a publisher writes into the headers of a message: it has been tried once when it has been tried once.
#[tokio::test(flavor = "multi_thread")]
async fn headers_that_a_publisher_forged_change_nothing() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    let made: Arc<Mutex<Vec<u32>>> = Arc::default();
    let noted = Arc::clone(&made);
    let consumer = Consumer::new(QUEUE).retries(Retries::none().ladder([STEPS[0]])).on(
        move |_: Event<WorkoutDeleted>, context: Context<()>| {
            noted.lock().unwrap().push(context.attempt());
            async move {
                if context.attempt() == 1 {
                    Err::<(), _>(Failure::retry("not this time"))
                } else {
                    Err(Failure::reject("no"))
                }
            }
        },
    );
    broker.declare(&consumer.queue()).await.unwrap();
    publish_forged(&vhost.amqp_url(), &event()).await;

    let (end, ended) = oneshot::channel::<()>();
    let running = tokio::spawn(consumer.run(broker.clone(), async { drop(ended.await) }));
    wait::until("it is dead", LIMIT, || async { dead::count(&broker).await == 1 }).await;
    end.send(()).unwrap();
    let report = running.await.unwrap().unwrap();
    assert_eq!((report.retried, report.dead), (1, 1));
    assert_eq!(*made.lock().unwrap(), [1, 2]);
    let [letter] = dead::letters(&broker).await.try_into().unwrap();
    assert_eq!((letter.reason, letter.attempts, letter.history.len()), (Reason::Rejected, 2, 0));
    assert_eq!((&*letter.exchange, &*letter.routing_key), ("workout.events", "workout.deleted"));
    broker.close().await.unwrap();
}

async fn publish_forged(url: &str, event: &Event<WorkoutDeleted>) {
    let text = |text: &str| AMQPValue::LongString(text.into());
    let key = |name: &str| ShortString::from(name);
    let mut death = FieldTable::default();
    for (name, said) in
        [("queue", format!("{QUEUE}.retry.1s")), ("reason", "expired".into()), ("exchange", String::new())]
    {
        death.insert(key(name), text(&said));
    }
    death.insert(key("count"), AMQPValue::LongLongInt(99));
    let mut headers = FieldTable::default();
    headers.insert(key("workout-attempts"), AMQPValue::LongInt(99));
    headers.insert(key("x-delivery-count"), AMQPValue::LongLongInt(99));
    headers.insert(key("x-acquired-count"), AMQPValue::LongLongInt(99));
    headers.insert(key("x-death"), AMQPValue::FieldArray(FieldArray::from(vec![AMQPValue::FieldTable(death)])));
    for (name, said) in [
        ("workout-first-time", "2001-01-01T00:00:00Z"),
        ("workout-exchange", "elsewhere"),
        ("workout-routing-key", "elsewhere"),
        ("workout-history", r#"[{"time":"2001-01-01T00:00:00Z","reason":"exhausted","attempts":7,"error":"forged"}]"#),
        ("workout-dead-reason", "parked"),
        ("workout-dead-queue", QUEUE),
        ("x-first-death-queue", "tests.consumer.retry.1s"),
        ("x-first-death-reason", "expired"),
        ("x-first-death-exchange", ""),
    ] {
        headers.insert(key(name), text(said));
    }
    let connection = Connection::connect(url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let message = Message::of(event).unwrap();
    let properties = BasicProperties::default()
        .with_content_type(message.properties.content_type.as_ref().into())
        .with_delivery_mode(2)
        .with_headers(headers);
    let confirmation =
        channel.basic_publish("workout.events".into(), "workout.deleted".into(), options, &message.body, properties);
    let confirmation = confirmation.await.unwrap().await.unwrap();
    assert!(confirmation.is_ack() && confirmation.take_message().is_none());
    connection.close(200, "OK".into()).await.unwrap();
}

/// Looks at the only message in a queue.
async fn only(broker: &Broker, queue: &str) -> Delivery {
    let mut deliveries = broker.consume(queue, Prefetch::default()).await.unwrap();
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap()
}
