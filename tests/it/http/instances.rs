//! Several instances of a service, and a client that listens to one of them.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use stats_http::{Api, Live};
use stats_store::{Ingest, StatsStore};
use support::{postgres, rabbitmq};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use workout_broker::Broker;
use workout_consumer::Consumer;
use workout_events::jiff::{SignedDuration, Zoned};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed};
use workout_publisher::Publisher;

/// The very file of the reference service.
#[path = "../../../examples/stats_service/hints.rs"]
mod hints;

const LIMIT: Duration = Duration::from_mins(1);

/// What an instance consists of that ends when this is dropped.
struct Instance {
    address: SocketAddr,
    broker: Broker,
    _tasks: JoinSet<()>,
}

impl Instance {
    /// With a store and a link of its own. One that does not consume only serves.
    async fn start(database: &str, vhost: &str, live: Live, works: bool, hints: bool) -> Self {
        let store = StatsStore::connect(database).await.unwrap();
        let broker = Broker::connect(vhost).await.unwrap();
        let consumer = Consumer::new("stats.workouts").batch(Ingest::into(live.writer(store.writer())).handler());
        broker.declare(&consumer.queue()).await.unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Api::new(store.reader()).live(live.clone()).router();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            stats_http::serve(listener, router, std::future::pending()).await.unwrap();
        });
        if works {
            let broker = broker.clone();
            tasks.spawn(async move {
                Box::pin(consumer.run(broker, std::future::pending())).await.unwrap();
            });
        }
        if hints {
            hints::prepare(&broker).await.unwrap();
            let (told, heard) = ((broker.clone(), live.clone()), (broker.clone(), live));
            tasks.spawn(async move { hints::tell(&told.0, &told.1).await });
            tasks.spawn(async move { hints::hear(&heard.0, &heard.1).await });
        }
        Self { address, broker, _tasks: tasks }
    }

    async fn publish(&self, user: UserId) -> WorkoutId {
        let (now, workout) = (Zoned::now(), WorkoutId::generate());
        let started = now.checked_sub(SignedDuration::from_mins(30)).unwrap();
        let source = Source::new("tests");
        let data = WorkoutPerformed::new(workout, user, source, ActivityType::Running, &started, &now);
        let event = Event::new("/tests", data).unwrap();
        assert!(Publisher::new(self.broker.clone()).publish(&event).await.unwrap().is_confirmed());
        workout
    }
}

/// Somebody who listens.
struct Listening {
    stream: TcpStream,
    text: String,
}

impl Listening {
    async fn to(address: SocketAddr, user: UserId, headers: &str) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET /v1/users/{user}/live HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        Self { stream, text: String::new() }
    }

    /// Whether this comes within so much time.
    async fn hears(&mut self, wanted: &str, within: Duration) -> bool {
        let end = Instant::now() + within;
        let mut bytes = [0; 4_096];
        while !self.text.contains(wanted) {
            match tokio::time::timeout_at(end, self.stream.read(&mut bytes)).await {
                Err(_) => return false,
                Ok(read) => self.text.push_str(std::str::from_utf8(&bytes[..read.unwrap()]).unwrap()),
            }
        }
        true
    }

    /// The last id of an event that has come as a whole.
    fn last_id(&self) -> &str {
        let whole = &self.text[..self.text.rfind("\n\n").unwrap()];
        whole.lines().rev().find_map(|line| line.strip_prefix("id: ")).unwrap()
    }
}

/// Nobody looks who is not woken.
fn asleep() -> Live {
    Live::new().look_every(Duration::from_hours(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_instance_commits_a_client_of_another_hears_at_once() {
    let (database, vhost) = (postgres::database().await, rabbitmq::vhost().await);
    let (database, vhost) = (database.url(), vhost.amqp_url());
    let one = Instance::start(&database, &vhost, asleep(), true, true).await;
    let other = Instance::start(&database, &vhost, asleep(), false, true).await;
    let user = UserId::generate();
    let mut listening = Listening::to(other.address, user, "").await;
    assert!(listening.hears("event: snapshot", LIMIT).await);
    // The first ones may come before the other instance listens to hints.
    let heard = async {
        loop {
            let workout = one.publish(user).await;
            if listening.hears(&workout.to_string(), Duration::from_secs(1)).await {
                return;
            }
        }
    };
    timeout(LIMIT, heard).await.unwrap();
    assert!(listening.hears("event: changed", LIMIT).await);
    let last = listening.last_id().to_owned();
    drop(listening);
    drop(other);

    // Whoever comes back to a third one is told what has happened meanwhile, and nothing else.
    let third = Instance::start(&database, &vhost, asleep(), false, false).await;
    let workout = one.publish(user).await;
    let mut own = Listening::to(one.address, user, &format!("Last-Event-ID: {last}\r\n")).await;
    assert!(own.hears(&workout.to_string(), LIMIT).await);
    let mut back = Listening::to(third.address, user, &format!("Last-Event-ID: {last}\r\n")).await;
    assert!(back.hears("event: changed", LIMIT).await);
    assert_eq!(back.text.matches("event: workout.performed").count(), 1, "{}", back.text);
    assert!(back.text.contains(&workout.to_string()) && !back.text.contains("event: snapshot"), "{}", back.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_hints_it_is_heard_at_the_next_look() {
    let (database, vhost) = (postgres::database().await, rabbitmq::vhost().await);
    let (database, vhost) = (database.url(), vhost.amqp_url());
    let one = Instance::start(&database, &vhost, asleep(), true, false).await;
    let looks = Live::new().look_every(Duration::from_millis(300));
    let other = Instance::start(&database, &vhost, looks, false, false).await;
    let user = UserId::generate();
    let mut listening = Listening::to(other.address, user, "").await;
    assert!(listening.hears("event: snapshot", LIMIT).await);
    let workout = one.publish(user).await;
    assert!(listening.hears(&workout.to_string(), LIMIT).await);
}
