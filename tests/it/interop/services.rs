//! Services in Python that publish to RabbitMQ and consume from it, as the guide has them.

use support::rabbitmq::{self, Vhost};
use support::wait;
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
use super::scripts::{LIMIT, Script, documented, exchange, is_read, schema};

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
    exchange(&vhost, "auth.events").await;
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
    let ((_folder, path), (_schemas, schema)) = (documented("consume.py"), schema());
    let mut theirs = Script::start(clients::python_command(path).arg(vhost.amqp_url()).arg(schema));
    is_read(&vhost, "gym.workouts").await;

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
