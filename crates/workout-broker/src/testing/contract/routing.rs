//! From an exchange to queues.

use workout_events::{EventType, TOPIC_EXCHANGE, WorkoutPerformed};

use super::FreshServer;
use super::kit::{declare, drain, ids, message, messages, prefetch, publish, to, window};
use crate::outcome::Outcome;
use crate::topology::{Found, Queue, RETRIES, Topology};

/// However many of its bindings match, and once for each queue.
pub async fn a_message_reaches_every_queue_that_wants_it_once(server: &impl FreshServer) {
    let broker = server.connect().await;
    let one = declare(&broker, "reach.one", &["a.b"]).await;
    let other = declare(&broker, "reach.other", &["a.c"]).await;
    let both = declare(&broker, "reach.both", &["a.*", "#", "a.b", "a.c"]).await;
    let messages = [message("a.b"), message("a.c")];
    assert_eq!(window(&broker, &messages).await, [Outcome::Confirmed; 2]);
    let ids = ids(messages);
    assert_eq!(drain(&broker, &both, 2).await, ids);
    assert_eq!(drain(&broker, &one, 1).await, ids[..1]);
    assert_eq!(drain(&broker, &other, 1).await, ids[1..]);
}

/// The binding between the two exchanges of the contract, in its one direction.
pub async fn a_fanout_looks_at_no_routing_key_and_the_topic_carries_what_it_does(server: &impl FreshServer) {
    let broker = server.connect().await;
    let fanout = Queue::new("fanout").bind(WorkoutPerformed::EXCHANGE, "something.else");
    broker.declare(&fanout).await.expect("the queue is declared");
    let everything = declare(&broker, "everything", &["#"]).await;
    // Bound to both ways on which it could come.
    let twice = Queue::new("twice").bind(WorkoutPerformed::EXCHANGE, "").bind(TOPIC_EXCHANGE, "#");
    broker.declare(&twice).await.expect("the queue is declared");

    let (mut performed, other) = (message("any.key"), message("other.key"));
    performed.exchange = WorkoutPerformed::EXCHANGE.into();
    let messages = [performed, other];
    assert_eq!(window(&broker, &messages).await, [Outcome::Confirmed; 2]);
    let ids = ids(messages);
    assert_eq!(drain(&broker, fanout.name(), 1).await, ids[..1]);
    assert_eq!(drain(&broker, &everything, 2).await, ids);
    assert_eq!(drain(&broker, twice.name(), 2).await, ids);
}

/// Every queue hears what is published to the exchange without a name under its own; and no binding hears it.
pub async fn the_default_exchange_leads_to_the_queue_of_that_name(server: &impl FreshServer) {
    let broker = server.connect().await;
    let everything = declare(&broker, "everything", &["#"]).await;
    let by_name = declare(&broker, "by.name", &[]).await;
    let messages = [to(&by_name), to("no.such.queue"), to("by.name.dead"), to("by.*"), to(&by_name)];
    let outcomes = window(&broker, &messages).await;
    let (there, nowhere) = (Outcome::Confirmed, Outcome::Returned);
    assert_eq!(outcomes, [there, nowhere, there, nowhere, there]);
    let ids = ids(messages);
    assert_eq!(drain(&broker, &by_name, 2).await, [ids[0].clone(), ids[4].clone()]);
    assert_eq!(drain(&broker, "by.name.dead", 1).await, ids[2..3]);
    assert_eq!(drain(&broker, &everything, 0).await.len(), 0);
}

/// `*` is one word, `#` any number of them: alone, at either end and in the middle.
pub async fn patterns_match_words(server: &impl FreshServer) {
    const KEYS: [&str; 9] = ["", "a", "b", "a.b", "b.a", "a.b.c", "a.x.c", "a.x.y.c", "a..c"];
    const PATTERNS: [(&str, &[&str]); 12] = [
        ("#", &KEYS),
        ("*", &["a", "b"]),
        ("a", &["a"]),
        ("*.*", &["a.b", "b.a"]),
        ("a.*", &["a.b"]),
        ("a.#", &["a", "a.b", "a.b.c", "a.x.c", "a.x.y.c", "a..c"]),
        ("#.a", &["a", "b.a"]),
        ("a.#.c", &["a.b.c", "a.x.c", "a.x.y.c", "a..c"]),
        ("a.*.c", &["a.b.c", "a.x.c", "a..c"]),
        ("#.b.#", &["b", "a.b", "b.a", "a.b.c"]),
        ("*.#.c", &["a.b.c", "a.x.c", "a.x.y.c", "a..c"]),
        ("A.b", &[]),
    ];
    let broker = server.connect().await;
    for (n, (pattern, _)) in PATTERNS.iter().enumerate() {
        declare(&broker, &format!("pattern.{n}"), &[pattern]).await;
    }
    assert_eq!(window(&broker, &KEYS.map(message)).await, [Outcome::Confirmed; KEYS.len()]);
    for (n, (pattern, want)) in PATTERNS.iter().enumerate() {
        let mut deliveries = broker.consume(&format!("pattern.{n}"), prefetch(100)).await.expect("the queue is read");
        for key in *want {
            assert_eq!(super::kit::next(&mut deliveries).await.routing_key(), *key, "{pattern}");
        }
        super::kit::nothing_comes(&mut deliveries).await;
    }
}

/// And harms nothing that exists.
pub async fn what_does_not_exist_is_not_found(server: &impl FreshServer) {
    let broker = server.connect().await;
    let mut lost = message("wanted");
    lost.exchange = "no.such.exchange".into();
    let errors = [
        broker.publish(lost).await.expect_err("there is no such exchange"),
        broker.consume("no.such.queue", prefetch(1)).await.expect_err("there is no such queue"),
        broker.depth("no.such.queue").await.expect_err("there is no such queue"),
        broker.declare(&Queue::new("lost").bind("no.such.exchange", "#")).await.expect_err("there is no such exchange"),
    ];
    assert!(errors.iter().all(|error| error.is_not_found() && !error.is_transient()), "{errors:?}");
    let queue = declare(&broker, "found", &["wanted"]).await;
    assert_eq!(publish(&broker, 1, "wanted").await, drain(&broker, &queue, 1).await);
}

/// Bindings are only ever added.
pub async fn declaring_again_adds_bindings_and_keeps_messages(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "again", &["one"]).await;
    let mut want = publish(&broker, 1, "one").await;
    assert_eq!(window(&broker, &[message("two")]).await, [Outcome::Returned]);
    for _ in 0..2 {
        declare(&broker, "again", &["two"]).await;
    }
    let more = [messages(1, "two"), messages(1, "one")].concat();
    assert_eq!(window(&broker, &more).await, [Outcome::Confirmed; 2]);
    want.extend(ids(more));
    assert_eq!(drain(&broker, &queue, 3).await, want);
}

/// A queue for dead letters has no dead letters of its own, so it cannot be declared as one that has.
pub async fn a_queue_that_exists_with_other_properties_is_refused(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = declare(&broker, "taken", &["wanted"]).await;
    let error = broker.declare(&Queue::new("taken.dead")).await.expect_err("the queue has other properties");
    assert!(error.is_different() && !error.is_transient(), "{error:?}");
    declare(&broker, "taken", &["wanted"]).await;
    assert_eq!(publish(&broker, 1, "wanted").await, drain(&broker, &queue, 1).await);
}

/// A plan and a check change nothing; what is applied is there, and applied again it is still the same.
pub async fn a_topology_is_planned_applied_and_checked(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = Queue::new("planned").bind(TOPIC_EXCHANGE, "wanted").retries(&RETRIES);
    let topology = Topology::new().queue(queue);
    let missing = async || {
        let plan = broker.plan(&topology).await.expect("the broker answers");
        let missing = plan.steps.iter().filter(|step| step.found == Found::Missing);
        missing.map(|step| step.part.to_string()).collect::<Vec<_>>().join(", ")
    };
    for _ in 0..2 {
        let names = missing().await;
        for name in ["planned", "planned.dead", "planned.retry.1s", "planned.retry.5m"] {
            assert!(names.contains(&format!("queue {name} (")), "{names}");
        }
        let error = broker.check(&topology).await.expect_err("it is not there");
        assert!(error.is_different() && !error.is_transient(), "{error:?}");
    }
    for _ in 0..2 {
        broker.apply(&topology).await.expect("it is made");
        broker.check(&topology).await.expect("it is there");
        assert_eq!(missing().await, "");
    }
    assert_eq!(publish(&broker, 1, "wanted").await, drain(&broker, "planned", 1).await);

    let another = Topology::new().queue(Queue::new("planned").delivery_limit(7));
    let plan = broker.plan(&another).await.expect("the broker answers");
    assert!(!plan.is_possible(), "{plan}");
    let error = broker.apply(&another).await.expect_err("the queue has other properties");
    assert!(error.is_different() && !error.is_transient(), "{error:?}");
}

/// It hears what its bindings say from when it was declared.
pub async fn a_temporary_queue_is_there_for_its_reader(server: &impl FreshServer) {
    let broker = server.connect().await;
    let queue = Queue::temporary("watching").bind(TOPIC_EXCHANGE, "wanted");
    assert_eq!(window(&broker, &[message("wanted")]).await, [Outcome::Returned]);
    broker.declare(&queue).await.expect("the queue is declared");
    assert_eq!(publish(&broker, 3, "wanted").await, drain(&broker, queue.name(), 3).await);
}
