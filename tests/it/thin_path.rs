//! From an event to its statistics over HTTP: through RabbitMQ and PostgreSQL, and through what replaces them in one
//! process.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stats_store::{Fact, StatsStore, StatsWriter, StoreError, testing};
use support::{postgres, rabbitmq, wait};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;
use workout_consumer::{Broker, Consumer};
use workout_events::jiff::Timestamp;
use workout_events::{
    ActivityType, Event, Moment, Source, UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed, ZoneName,
};
use workout_publisher::{Outcome, Publisher};

const QUEUE: &str = "stats.workouts";

/// For everything, on a loaded machine.
const LIMIT: Duration = Duration::from_mins(2);

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_keeps_the_contract_of_stores() {
    let database = postgres::database().await;
    // Two instances that start together, as a deployment does.
    let url = database.url();
    let (store, other) = tokio::join!(StatsStore::connect(&url), StatsStore::connect(&url));
    let (store, other) = (store.unwrap(), other.unwrap());
    testing::keeps_the_contract(store.writer(), other.reader()).await;
    store.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn through_rabbitmq_and_postgresql() {
    let (vhost, database) = (rabbitmq::vhost().await, postgres::database().await);
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    let store = StatsStore::connect(&database.url()).await.unwrap();
    walk(&broker, &store).await;
    broker.close().await.unwrap();
    store.close().await;

    // No acknowledgement was lost on the way out.
    let path = format!("queues/{}/{QUEUE}", vhost.name());
    wait::until("the queue is empty", Duration::from_secs(30), || async {
        vhost.management().get(&path).await.is_ok_and(|queue| queue["messages"] == 0)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn through_one_process_and_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = StatsStore::sqlite(folder.path().join("stats.db")).await.unwrap();
    walk(&Broker::in_process(), &store).await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn through_one_process_and_memory() {
    walk(&Broker::in_process(), &StatsStore::memory()).await;
}

/// Publishes, consumes, stores, reads, and compares with the model.
async fn walk(broker: &Broker, store: &StatsStore) {
    let history = History::new();
    let (stored, mut storing) = watch::channel(0);
    let consumer = consumer(store.writer(), &Arc::new(stored));
    broker.declare(&consumer.queue()).await.unwrap();
    history.publish(&Publisher::new(broker.clone())).await;

    let all = history.events.len();
    let shutdown = async move {
        storing.wait_for(|stored| *stored >= all).await.unwrap();
    };
    let report = timeout(LIMIT, consumer.run(broker.clone(), shutdown)).await.unwrap().unwrap();
    assert_eq!((report.handled, report.retried, report.dead), (all.try_into().unwrap(), 0, 0));

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(stats_http::serve(listener, stats_http::router(store.reader()), std::future::pending()));
    for user in &history.users {
        assert_eq!(statistics(address, *user).await, history.statistics(*user));
    }
    serving.abort();
}

fn consumer(writer: Arc<dyn StatsWriter>, stored: &Arc<watch::Sender<usize>>) -> Consumer {
    let store = move |stored: &Arc<watch::Sender<usize>>, fact: Fact| {
        let (writer, stored) = (Arc::clone(&writer), Arc::clone(stored));
        async move {
            let _ = writer.write(&[fact]).await?;
            stored.send_modify(|stored| *stored += 1);
            Ok::<(), StoreError>(())
        }
    };
    let (store_deleted, deletions, performances) = (store.clone(), Arc::clone(stored), Arc::clone(stored));
    Consumer::new(QUEUE)
        .on(move |event: Event<WorkoutPerformed>| store(&performances, Fact::from(&event)))
        .on(move |event: Event<WorkoutDeleted>| store_deleted(&deletions, Fact::from(&event)))
}

async fn statistics(address: SocketAddr, user: UserId) -> Value {
    let get = move || -> io::Result<Value> {
        let agent = ureq::Agent::config_builder().proxy(None).timeout_global(Some(LIMIT)).build().new_agent();
        let url = format!("http://{address}/users/{user}/statistics");
        let text = agent.get(url).call().and_then(|mut answer| answer.body_mut().read_to_string());
        Ok(serde_json::from_str(&text.map_err(io::Error::other)?)?)
    };
    tokio::task::spawn_blocking(get).await.unwrap().unwrap()
}

/// What happened, in the order in which it is published: 200 events, of which 78 are repeated.
struct History {
    users: BTreeSet<UserId>,
    events: Vec<Said>,
}

#[derive(Clone)]
enum Said {
    Performed(Box<WorkoutPerformed>),
    Deleted(WorkoutDeleted),
}

impl History {
    fn new() -> Self {
        let users = [(); 4].map(|()| UserId::generate());
        let first: Vec<_> = (0..120).map(|n| performed(users[n % users.len()], n)).collect();
        // The last user reports no energy at all. The edit comes before what it corrects, the deletion after.
        let edit = first[100].clone().revision(2).active_s(7).energy_kcal(1_000);
        let deletion = WorkoutDeleted::new(first[5].workout_id, 2);

        let mut events = vec![Said::Performed(edit.into())];
        for (n, data) in first.iter().enumerate() {
            events.push(Said::Performed(data.clone().into()));
            if n < 78 {
                events.push(events[n / 2].clone());
            }
        }
        events.push(Said::Deleted(deletion));
        assert_eq!(events.len(), 200);
        Self { users: users.into(), events }
    }

    /// Every time anew: a repeated event has another time in its envelope, and the same id.
    async fn publish(&self, publisher: &Publisher) {
        for said in &self.events {
            let outcome = match said {
                Said::Performed(data) => publisher.publish(&Event::new("/coach", (**data).clone()).unwrap()).await,
                Said::Deleted(data) => publisher.publish(&Event::new("/coach", data.clone()).unwrap()).await,
            };
            assert_eq!(outcome.unwrap(), Outcome::Confirmed);
        }
    }

    /// What the statistics have to be, computed from the whole history at once.
    fn statistics(&self, user: UserId) -> Value {
        let mut last = BTreeMap::new();
        for said in &self.events {
            let (workout, rank) = match said {
                Said::Performed(data) => (data.workout_id, (data.revision, false)),
                Said::Deleted(data) => (data.workout_id, (data.revision, true)),
            };
            let (highest, what) = last.entry(workout).or_insert((rank, said));
            if rank > *highest {
                (*highest, *what) = (rank, said);
            }
        }
        let counting: Vec<_> = last
            .into_values()
            .filter_map(|(_, said)| match said {
                Said::Performed(data) if data.user_id == user => Some(data.as_ref()),
                Said::Performed(_) | Said::Deleted(_) => None,
            })
            .collect();
        let seconds: i64 = counting.iter().map(|data| data.duration_s()).sum();
        let energy: Vec<_> = counting.iter().filter_map(|data| data.energy_kcal).collect();
        let workouts = i32::try_from(counting.len()).unwrap();
        json!({
            "total_workouts": workouts,
            "total_duration": seconds,
            "total_calories_burned": (!energy.is_empty()).then(|| energy.iter().sum::<u32>()),
            "average_session_duration": f64::from(i32::try_from(seconds).unwrap()) / f64::from(workouts),
        })
    }
}

fn performed(user: UserId, n: usize) -> WorkoutPerformed {
    let seconds = i64::try_from(n).unwrap() + 1;
    let moment = |second: i64| Moment::from(Timestamp::from_second(1_700_000_000 + second).unwrap());
    let data = WorkoutPerformed::in_zone(
        (WorkoutId::generate(), user),
        Source::new("coach"),
        ActivityType::Running,
        (moment(0), moment(60 * seconds)),
        ZoneName::utc(),
    );
    if n % 4 == 3 { data } else { data.energy_kcal(u32::try_from(n).unwrap()) }
}
