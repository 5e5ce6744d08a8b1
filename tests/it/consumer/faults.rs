//! A consumer whose broker fails under it: it is back by itself, and what was confirmed is handled or a dead letter.

#![expect(clippy::print_stdout, reason = "figures, for information")]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use support::{own, rabbitmq, wait};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use workout_broker::{Broker, LinkState, Outcome};
use workout_consumer::{
    ConsumeError, Consumer, ConsumerHealth, ConsumerState, Context, Failure, Prefetch, Report, Retries,
};
use workout_events::amqp::Message;
use workout_events::{Event, EventId, WorkoutDeleted, WorkoutId};

use super::LIMIT;
use super::load::{Load, Said};
use crate::faults::fault::Fault;
use crate::faults::queue::QUEUE;
use crate::faults::site::Site;

/// How long consuming may take to resume once the broker is back.
const BACK: Duration = Duration::from_secs(5);

/// How many events are handled before the fault strikes, and again after it.
const ENOUGH: usize = 300;

const HANDLERS: usize = 4;

/// How many messages wait when nothing can be published any more: some of them come to the consumer at once.
const BACKLOG: u64 = 400;

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_is_killed_and_started_again() {
    check(Fault::Killed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_is_stopped_and_started_within_its_node() {
    check(Fault::Stopped).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_connections_are_closed() {
    check(Fault::ConnectionsClosed).await;
}

/// The broker cancels the consumer with it.
#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_deleted() {
    check(Fault::QueueDeleted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_permission_to_read_is_revoked_and_given_back() {
    check(Fault::MayNotRead).await;
}

/// Letters cannot be published, so what has failed waits, and then everything does.
#[tokio::test(flavor = "multi_thread")]
async fn the_broker_is_short_of_memory_while_messages_fail() {
    check(Fault::NoMemory).await;
}

/// The events that were handled.
#[derive(Clone, Default)]
struct Seen {
    events: Arc<Mutex<BTreeSet<EventId>>>,
    /// Whether handlers wait before they begin.
    held: Arc<watch::Sender<bool>>,
}

impl Seen {
    fn note(&self, id: EventId) {
        self.events.lock().unwrap().insert(id);
    }

    fn len(&self) -> usize {
        self.events.lock().unwrap().len()
    }

    fn has(&self, id: EventId) -> bool {
        self.events.lock().unwrap().contains(&id)
    }

    fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    async fn may_go_on(&self) {
        self.held.subscribe().wait_for(|held| !held).await.unwrap();
    }
}

/// One in ten is rejected, and one in ten waits for its second attempt.
fn consumer(seen: &Seen) -> Consumer {
    let seen = seen.clone();
    let retries = Retries::none().ladder([Duration::from_secs(1), Duration::from_secs(5)]);
    Consumer::new(QUEUE).concurrency(HANDLERS).retries(retries).on(
        move |event: Event<WorkoutDeleted>, context: Context<()>| {
            let seen = seen.clone();
            async move {
                seen.may_go_on().await;
                match event.data().revision % 10 {
                    3 => return Err(Failure::reject("one in ten")),
                    7 if context.attempt() == 1 => return Err(Failure::retry("not at once")),
                    _ => seen.note(event.id()),
                }
                Ok(())
            }
        },
    )
}

struct Running {
    health: ConsumerHealth,
    end: oneshot::Sender<()>,
    run: JoinHandle<Result<Report, ConsumeError>>,
}

impl Running {
    fn start(consumer: Consumer, broker: &Broker) -> Self {
        let health = consumer.health();
        let (end, ended) = oneshot::channel();
        let run = tokio::spawn(consumer.run(broker.clone(), async { drop(ended.await) }));
        Self { health, end, run }
    }

    async fn end(self) -> Report {
        self.end.send(()).unwrap();
        timeout(LIMIT, self.run).await.unwrap().unwrap().unwrap()
    }
}

#[track_caller]
fn check(fault: Fault) -> impl Future<Output = ()> {
    Box::pin(async move {
        let Some(mut site) = Site::of(fault).await else { return };
        let url = site.url();
        let broker = Broker::connect(&url).await.unwrap();
        let seen = Seen::default();
        let consumer = consumer(&seen);
        broker.declare(&consumer.queue()).await.unwrap();
        site.settle().await;
        let running = Running::start(consumer, &broker);
        let load = Load::start(&broker);
        wait::until("it consumes", LIMIT, || async { seen.len() > ENOUGH }).await;

        if fault == Fault::NoMemory {
            seen.hold(true);
            wait::until("messages pile up", LIMIT, || async { broker.depth(QUEUE).await.unwrap() > BACKLOG }).await;
        }
        site.strike(fault).await;
        let struck = Instant::now();
        if fault == Fault::NoMemory {
            let blocked = || async { broker.health().publishing.state == LinkState::Blocked };
            wait::until("nothing can be published", fault.lasts(), blocked).await;
            seen.hold(false);
        }
        if fault.keeps_consumers_out() {
            wait::until("its health tells", fault.lasts(), || async { !running.health.is_ready() }).await;
            let state = running.health.state();
            assert!(matches!(state, ConsumerState::Reconnecting(_)), "{state}");
        }
        sleep(fault.lasts().saturating_sub(struck.elapsed())).await;
        let (during, ready) = (running.health.state(), running.health.is_ready());
        assert!(!(ready && fault.keeps_consumers_out()), "{during}");
        if matches!(fault, Fault::Killed | Fault::Stopped) {
            assert!(during.to_string().contains("the consume link has been down"), "{during}");
        }
        if fault == Fault::NoMemory {
            assert_eq!(broker.health().publishing.state, LinkState::Blocked);
            // Each handler has a letter in hands that nobody takes, and the others wait where they are safe.
            assert_eq!(running.health.in_flight(), HANDLERS);
            assert!(broker.depth(QUEUE).await.unwrap() > BACKLOG / 4);
        }
        site.mend(fault).await;
        let first = wait::value("another client publishes", LIMIT, || published(&url)).await;
        let looked = wait::poll(4 * BACK, || async { seen.has(first.id).then_some(()) }).await;
        let resumed = first.at.elapsed();
        let handled = seen.len();
        wait::until("it consumes as before", LIMIT, || async { seen.len() > handled + ENOUGH }).await;
        assert!(running.health.is_ready(), "{}", running.health.state());

        let said = load.stop().await;
        let owed: BTreeSet<_> =
            said.iter().filter(|said| fault != Fault::QueueDeleted || said.at > struck).map(|said| said.id).collect();
        wait::until("all is handled or dead", LIMIT, || async {
            let letters = broker.depth(&format!("{QUEUE}.dead")).await.unwrap_or_default();
            let dead = usize::try_from(letters).unwrap();
            seen.len() + dead >= owed.len() && missing(&url, &seen, &owed).await.is_empty()
        })
        .await;
        let report = running.end().await;
        println!(
            "{fault:?}: {} events confirmed, resumed after {resumed:?}, during the fault {during}, {report:?}",
            said.len()
        );
        assert!(looked.is_some() && resumed < BACK, "consuming resumed after {resumed:?}");
        if let Err(error) = broker.close().await {
            assert!(error.is_transient(), "{error:?}");
        }
    })
}

/// An event of a client that has only just come, if the broker takes it.
async fn published(url: &str) -> Option<Said> {
    let publish = async {
        let broker = Broker::builder(url).declare_nothing().connect().await.ok()?;
        let event = Event::new("/tests", WorkoutDeleted::new(WorkoutId::generate(), 10)).unwrap();
        let outcome = broker.publish(Message::of(&event).unwrap()).await.ok()?;
        let _ = broker.close().await;
        (outcome == Outcome::Confirmed).then(|| Said { id: event.id(), at: Instant::now() })
    };
    timeout(Duration::from_secs(2), publish).await.ok()?
}

/// Those that are neither handled nor dead.
async fn missing(url: &str, seen: &Seen, owed: &BTreeSet<EventId>) -> Vec<EventId> {
    let broker = Broker::connect(url).await.unwrap();
    let mut dead = BTreeSet::new();
    let name = format!("{QUEUE}.dead");
    let mut left = broker.depth(&name).await.unwrap();
    let mut deliveries = broker.consume(&name, Prefetch::new(500).unwrap()).await.unwrap();
    // They go back with the end of the subscription.
    let mut held = Vec::new();
    while left > 0 {
        let delivery = timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap();
        dead.insert(Event::<WorkoutDeleted>::decode(delivery.body()).unwrap().id());
        held.push(delivery);
        left -= 1;
    }
    deliveries.close().await.unwrap();
    broker.close().await.unwrap();
    owed.iter().copied().filter(|id| !seen.has(*id) && !dead.contains(id)).collect()
}

/// The broker closes the channel for one message that is held too long; all that are out come again.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_closed_for_a_slow_handler_is_replaced() {
    let Some(node) = own::rabbitmq("").await else { return };
    for setting in ["consumer_timeout, 1000", "channel_tick_interval, 500"] {
        node.control(&["eval", &format!("application:set_env(rabbit, {setting}).")]).await;
    }
    let broker = Broker::connect(&format!("{}/%2f", node.amqp_url())).await.unwrap();
    let (seen, gate) = (Seen::default(), Arc::new(Semaphore::new(0)));
    let (noting, holding) = (seen.clone(), Arc::clone(&gate));
    let slow: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let begun = Arc::clone(&slow);
    let consumer = Consumer::new(QUEUE).concurrency(HANDLERS).on(move |event: Event<WorkoutDeleted>| {
        let (noting, holding, begun) = (noting.clone(), Arc::clone(&holding), Arc::clone(&begun));
        async move {
            if event.data().revision == 200 {
                let first = {
                    let mut begun = begun.lock().unwrap();
                    begun.push(Instant::now());
                    begun.len() == 1
                };
                if first {
                    holding.acquire().await.unwrap().forget();
                }
            }
            noting.note(event.id());
        }
    });
    broker.declare(&consumer.queue()).await.unwrap();
    let running = Running::start(consumer, &broker);
    let load = Load::start(&broker);
    wait::until("the slow one comes again", LIMIT, || async { slow.lock().unwrap().len() == 2 }).await;
    let handled = seen.len();
    wait::until("it consumes as before", LIMIT, || async { seen.len() > handled + ENOUGH }).await;
    assert!(running.health.is_ready(), "{}", running.health.state());
    gate.add_permits(1);
    let said = load.stop().await;
    wait::until("all are handled", LIMIT, || async { said.iter().all(|said| seen.has(said.id)) }).await;
    let report = running.end().await;
    println!("TooSlow: {} events confirmed, {report:?}", said.len());
    assert_eq!((report.dead, slow.lock().unwrap().len()), (0, 2));
    assert!(report.left >= 1, "the first answer of the slow one came too late: {report:?}");
    broker.close().await.unwrap();
}

/// Someone made a queue of another kind: there is no use in trying again.
#[tokio::test(flavor = "multi_thread")]
async fn a_queue_of_another_kind_ends_the_consumer_at_once_with_its_name() {
    let vhost = rabbitmq::vhost().await;
    let path = format!("queues/{}/{QUEUE}", vhost.name());
    let other = serde_json::json!({ "durable": true, "arguments": { "x-queue-type": "classic" } });
    vhost.management().put(&path, other).await.unwrap();
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    let never = std::future::pending();
    let begun = Instant::now();
    let ended = timeout(LIMIT, consumer(&Seen::default()).run(broker.clone(), never)).await.unwrap();
    says_which(&ended.unwrap_err());
    assert!(begun.elapsed() < BACK, "{:?}", begun.elapsed());
    broker.close().await.unwrap();
}

#[track_caller]
fn says_which(error: &ConsumeError) {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    assert!(error.is_topology() && !error.is_transient(), "{error}: {cause}");
    assert!(cause.contains(QUEUE), "{error}: {cause}");
}
