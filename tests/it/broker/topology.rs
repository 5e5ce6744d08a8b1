use std::time::Duration;

use serde_json::{Value, json};
use support::rabbitmq::{self, Vhost};
use support::wait;
use tokio::time::timeout;
use workout_broker::topology::{Found, LANDING, Plan};
use workout_broker::{Broker, Outcome, Prefetch, Queue, Topology};
use workout_events::WorkoutPerformed;

use super::{WANTED, message};

const LIMIT: Duration = Duration::from_secs(30);
const QUEUE: &str = "broker.topology";

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_is_missing_and_makes_nothing() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::builder(vhost.amqp_url()).declare_nothing().connect().await.unwrap();
    let topology = topology();
    for _ in 0..2 {
        let plan = broker.plan(&topology).await.unwrap();
        assert!(plan.steps.iter().all(|step| step.found == Found::Missing) && plan.is_possible(), "{plan}");
        let error = broker.check(&topology).await.unwrap_err();
        assert!(error.is_different() && !error.is_transient() && error.to_string().contains(QUEUE), "{error}");
    }
    assert_eq!(queues(&vhost).await, json!([]));

    for _ in 0..2 {
        broker.apply(&topology).await.unwrap();
        let plan = broker.plan(&topology).await.unwrap();
        assert!(plan.is_complete() && !plan.steps.iter().any(|step| step.found == Found::Missing), "{plan}");
        broker.check(&topology).await.unwrap();
    }
    assert_eq!(queues(&vhost).await.as_array().unwrap().len(), 2);
    assert_eq!(broker.publish(message(WANTED)).await.unwrap(), Outcome::Confirmed);
    broker.close().await.unwrap();
}

/// A refused declaration closes its channel, which nobody else notices.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_is_named_and_nothing_is_made_or_harmed() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.apply(&topology()).await.unwrap();
    let mut lane = broker.lane();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);
    let mut deliveries = broker.consume(QUEUE, Prefetch::default()).await.unwrap();

    let put = |name: &str, arguments: Value| {
        let (path, queue) =
            (format!("queues/{}/{name}", vhost.name()), json!({ "durable": true, "arguments": arguments }));
        let management = vhost.management();
        async move { management.put(&path, queue).await.unwrap() }
    };
    put("another", json!({ "x-queue-type": "classic", "x-max-length": 5 })).await;
    let exchange = format!("exchanges/{}/{LANDING}", vhost.name());
    vhost.management().put(&exchange, json!({ "type": "direct", "durable": true })).await.unwrap();

    for (wrong, part, reason) in [
        // The broker names one of several differences, which one depends on its version.
        (topology().queue(Queue::new("another")), "queue another (", ", and should be "),
        (topology().queue(Queue::new(QUEUE).delivery_limit(7)), QUEUE, "its x-delivery-limit is 20, and should be 7"),
        (topology().landing(), LANDING, "its type is direct, and should be fanout"),
    ] {
        for _ in 0..3 {
            let plan = broker.plan(&wrong).await.unwrap();
            assert!(!plan.is_complete() && !plan.is_possible(), "{plan}");
            let step = plan.steps.iter().find(|step| matches!(step.found, Found::Differs(_))).unwrap().to_string();
            assert!(step.contains(part) && step.contains(reason), "{step}");
            let error = broker.apply(&wrong).await.unwrap_err();
            assert!(error.is_different() && !error.is_transient() && error.to_string().contains(reason), "{error}");
        }
    }
    let error = broker.declare(&Queue::new("another")).await.unwrap_err();
    assert!(error.is_different() && error.to_string().contains("queue another"), "{error}");
    let error = broker.declare(&Queue::new("lost").bind("nowhere", "#")).await.unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains("nowhere -> queue lost"), "{error}");

    // The links and what goes over them never noticed.
    let health = broker.health();
    assert_eq!((health.publishing.generation, health.consuming.generation), (1, 1), "{health}");
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap().ack().await.unwrap();
    assert_eq!(lane.window(&[message(WANTED)], LIMIT).await.unwrap(), [Outcome::Confirmed]);
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap().ack().await.unwrap();
    deliveries.close().await.unwrap();
    broker.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_configure_can_still_see_what_is_there() {
    let vhost = rabbitmq::vhost().await;
    let owner = Broker::connect(&vhost.amqp_url()).await.unwrap();
    owner.apply(&topology()).await.unwrap();
    let user = vhost.management().get("whoami").await.unwrap()["name"].as_str().unwrap().to_owned();
    let reader = json!({ "configure": "^$", "write": ".*", "read": ".*" });
    vhost.management().put(&format!("permissions/{}/{user}", vhost.name()), reader).await.unwrap();

    let error = Broker::connect(&vhost.amqp_url()).await.unwrap_err();
    assert!(error.is_forbidden() && error.is_refused() && !error.is_transient(), "{error:?}");
    let broker = Broker::builder(vhost.amqp_url()).declare_nothing().connect().await.unwrap();
    let plan = broker.plan(&topology().queue(Queue::new("missing"))).await.unwrap();
    assert_eq!(names(&plan, |found| *found == Found::Missing), ["missing.dead", "missing"], "{plan}");
    assert_eq!(broker.publish(message(WANTED)).await.unwrap(), Outcome::Confirmed);
    broker.close().await.unwrap();
    owner.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_wants_yet_lands_and_what_somebody_wants_does_not() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    broker.apply(&Topology::new().landing()).await.unwrap();
    assert_eq!(broker.publish(message(WANTED)).await.unwrap(), Outcome::Returned);
    let policy = json!({
        "pattern": "^workout\\.events$", "apply-to": "exchanges", "definition": { "alternate-exchange": LANDING }
    });
    vhost.management().put(&format!("policies/{}/landing", vhost.name()), policy).await.unwrap();
    wait::until("what nobody wants is confirmed", LIMIT, || async {
        broker.publish(message(WANTED)).await.unwrap() == Outcome::Confirmed
    })
    .await;
    assert_eq!(broker.publish(performed()).await.unwrap(), Outcome::Confirmed);
    let landed = drain(&broker, 2).await;
    assert_eq!(landed, [WANTED, "workout.performed"]);

    let queue = Queue::new(QUEUE).bind("workout.events", WANTED).bind_type::<WorkoutPerformed>();
    broker.apply(&Topology::new().landing().queue(queue)).await.unwrap();
    assert_eq!(broker.publish(message(WANTED)).await.unwrap(), Outcome::Confirmed);
    assert_eq!(broker.publish(performed()).await.unwrap(), Outcome::Confirmed);
    assert_eq!(broker.publish(message("broker.unwanted")).await.unwrap(), Outcome::Confirmed);
    assert_eq!(drain(&broker, 1).await, ["broker.unwanted"]);
    broker.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_queue_is_there_for_its_readers_and_says_when_it_will_be_gone() {
    let vhost = rabbitmq::vhost().await;
    let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
    let queue = Queue::temporary("tail").bind("workout.events", "#");
    broker.declare(&queue).await.unwrap();
    let mut deliveries = broker.consume(queue.name(), Prefetch::default()).await.unwrap();
    assert_eq!(broker.publish(message(WANTED)).await.unwrap(), Outcome::Confirmed);
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap().ack().await.unwrap();
    super::close_both_connections(&vhost).await;
    // Well it may be for a moment more, until it has noticed.
    wait::until("both links are new", LIMIT, || async {
        let health = broker.health();
        (health.publishing.generation, health.consuming.generation) == (2, 2)
    })
    .await;
    timeout(LIMIT, broker.well()).await.unwrap().unwrap();
    assert_eq!(broker.publish(message(WANTED)).await.unwrap(), Outcome::Confirmed);
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap().ack().await.unwrap();
    deliveries.close().await.unwrap();
    let queues = queues(&vhost).await;
    assert_eq!(queues[0]["arguments"]["x-expires"], json!(60_000), "{queues}");
    assert_eq!(queues.as_array().unwrap().len(), 1, "{queues}");
    broker.close().await.unwrap();
}

/// What we let pass, and one millisecond more.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_delay_is_that_of_the_broker() {
    const TEN_YEARS: u64 = 3_650 * 24 * 60 * 60 * 1_000;
    let vhost = rabbitmq::vhost().await;
    let put = async |name: &str, delay: u64| {
        let arguments = json!({ "x-queue-type": "quorum", "x-message-ttl": delay });
        let queue = json!({ "durable": true, "arguments": arguments });
        vhost.management().put(&format!("queues/{}/{name}", vhost.name()), queue).await
    };
    put("longest", TEN_YEARS).await.unwrap();
    let refused = put("longer", TEN_YEARS + 1).await.unwrap_err();
    assert!(refused.contains("x-message-ttl"), "{refused}");
}

fn topology() -> Topology {
    Topology::new().queue(Queue::new(QUEUE).bind("workout.events", WANTED))
}

/// The queues of which this was found.
fn names(plan: &Plan, holds: impl Fn(&Found) -> bool) -> Vec<String> {
    use workout_broker::topology::Part;
    let named = plan.steps.iter().filter(|step| holds(&step.found)).filter_map(|step| match &step.part {
        Part::Queue(queue) => Some(queue.name.clone()),
        _ => None,
    });
    named.collect()
}

async fn queues(vhost: &Vhost) -> Value {
    vhost.management().get(&format!("queues/{}", vhost.name())).await.unwrap()
}

fn performed() -> workout_events::amqp::Message {
    let mut performed = message("workout.performed");
    performed.exchange = "workout.performed".into();
    performed
}

/// Takes so many messages out of the landing queue, and sees that there are no more.
async fn drain(broker: &Broker, count: usize) -> Vec<String> {
    let mut deliveries = broker.consume(LANDING, Prefetch::default()).await.unwrap();
    let mut keys = Vec::new();
    while keys.len() < count {
        let delivery = timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap();
        keys.push(delivery.routing_key().to_owned());
        delivery.ack().await.unwrap();
    }
    assert!(timeout(Duration::from_millis(200), deliveries.next()).await.is_err());
    deliveries.close().await.unwrap();
    keys
}
