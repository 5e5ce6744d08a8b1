use lapin::options::BasicConsumeOptions;
use lapin::types::FieldTable;
use serde_json::json;
use workout_broker::topology::RETRIES;
use workout_broker::{Broker, Queue};

use super::site::{Site, codes, finding, number, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_a_service_declares_is_safe() {
    let site = Site::new().await;
    let broker = Broker::connect(&site.vhost.amqp_url()).await.unwrap();
    broker.declare(&Queue::new("stats").retries(&RETRIES).bind("workout.events", "#")).await.unwrap();
    broker.close().await.unwrap();
    for arguments in [&["--queue=stats", "--management"][..], &["--management"], &["--queue=stats"], &[]] {
        let (code, report) = site.doctor(arguments);
        assert_eq!((code, &report["safe"], codes(&report, "unsafe").len()), (0, &json!(true), 0), "{report:#}");
    }
    // The tests' user is the one that every RabbitMQ is installed with.
    let (_, report) = site.doctor(&["--management"]);
    assert!(codes(&report, "advice").contains(&"guest guest".to_owned()), "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_by_looking() {
    let site = Site::new().await;
    for arguments in [&["--queue=stats"][..], &["--queue=stats", "--management"]] {
        let (code, report) = site.doctor(arguments);
        let found = codes(&report, "unsafe");
        for missing in ["exchange_missing workout.performed", "exchange_missing workout.events", "queue_missing stats"]
        {
            assert!(code == 1 && found.contains(&missing.to_owned()), "{missing}: {report:#}");
        }
    }
    let (management, vhost) = (site.vhost.management(), site.vhost.name());
    let queues = management.get(&format!("queues/{vhost}")).await.unwrap();
    let exchanges = management.get(&format!("exchanges/{vhost}")).await.unwrap();
    let ours = exchanges.as_array().unwrap().iter().filter(|it| it["name"].as_str().unwrap().starts_with("workout"));
    assert_eq!((queues.as_array().unwrap().len(), ours.count()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_that_were_made_wrong_are_found() {
    let site = Site::new().await;
    Broker::connect(&site.vhost.amqp_url()).await.unwrap().close().await.unwrap();
    let work = [
        ("x-queue-type", text("quorum")),
        ("x-delivery-limit", number(20)),
        ("x-overflow", text("reject-publish")),
        ("x-dead-letter-exchange", text("")),
        ("x-dead-letter-routing-key", text("letters")),
        ("x-dead-letter-strategy", text("at-least-once")),
    ];
    let with = |key: &'static str, value| {
        let others = work.iter().filter(|(name, _)| *name != key).cloned();
        others.chain([(key, value)]).collect::<Vec<_>>()
    };
    site.queue("letters", &[("x-queue-type", text("quorum"))]).await;
    let wrong = [
        (work.to_vec(), "no_binding"),
        (Vec::new(), "not_quorum"),
        (work[..3].to_vec(), "no_dead_letters"),
        (with("x-dead-letter-routing-key", text("nowhere")), "dead_letters_gone"),
        (work[..5].to_vec(), "dead_letters_at_most_once"),
        (with("x-overflow", text("drop-head")), "dead_letters_at_most_once"),
        (with("x-delivery-limit", number(1)), "delivery_limit_low"),
        (with("x-max-length", number(5)), "bounded"),
        (with("x-message-ttl", number(60_000)), "message_ttl"),
        (with("x-expires", number(60_000)), "queue_vanishes"),
    ];
    let name = |nth: usize| format!("wrong{nth}");
    for (nth, (arguments, _)) in wrong.iter().enumerate() {
        site.queue(&name(nth), arguments).await;
    }
    let named: Vec<_> = (0..wrong.len()).map(|nth| format!("--queue={}", name(nth))).collect();
    let arguments: Vec<_> = ["--management"].into_iter().chain(named.iter().map(String::as_str)).collect();
    let (_, report) = site.doctor(&arguments);
    let found = [codes(&report, "unsafe"), codes(&report, "advice")].concat();
    for (nth, (_, want)) in wrong.iter().enumerate() {
        assert!(found.contains(&format!("{want} {}", name(nth))), "{want}: {report:#}");
    }
    // What is as it should be is not among them.
    let of_first = codes(&report, "unsafe").into_iter().filter(|found| found.ends_with(" wrong0"));
    assert_eq!(of_first.collect::<Vec<_>>(), ["no_binding wrong0"], "{report:#}");
}

/// Without the management API the broker names the first difference.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_difference_is_found_by_amqp_alone() {
    let site = Site::new().await;
    Broker::connect(&site.vhost.amqp_url()).await.unwrap().close().await.unwrap();
    let mut arguments = vec![("x-queue-type", text("quorum")), ("x-delivery-limit", number(30))];
    arguments.extend([("x-dead-letter-exchange", text("")), ("x-dead-letter-routing-key", text("wrong.dead"))]);
    site.queue("wrong", &arguments).await;
    // A limit of the service's own is no fault, and does not hide what is.
    let (code, report) = site.doctor(&["--queue=wrong"]);
    assert_eq!((code, codes(&report, "advice")), (1, vec!["guest guest".to_owned()]), "{report:#}");
    assert_eq!(
        codes(&report, "unsafe"),
        ["queue_missing wrong.dead", "dead_letters_at_most_once wrong"].map(str::to_owned),
        "{report:#}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_and_who_reads_is_told() {
    let site = Site::new().await;
    let broker = Broker::connect(&site.vhost.amqp_url()).await.unwrap();
    broker.declare(&Queue::new("stats").bind("workout.events", "#")).await.unwrap();
    broker.close().await.unwrap();
    site.publish("stats").await;
    site.publish("stats.dead").await;
    let (code, report) = site
        .until("the messages are told", |report| {
            let found = codes(report, "advice");
            ["no_consumer stats", "dead_letters_waiting stats.dead"]
                .iter()
                .all(|want| found.contains(&(*want).to_owned()))
        })
        .await;
    let letters = finding(&report, "dead_letters_waiting");
    assert!(code == 0 && letters["happens"].as_str().unwrap().starts_with("1 dead letter"), "{report:#}");

    // Letters are counted without the management API, too.
    let (_, report) = site.doctor(&["--queue=stats"]);
    assert_eq!(finding(&report, "dead_letters_waiting")["happens"], letters["happens"], "{report:#}");

    let options = BasicConsumeOptions { no_ack: true, ..BasicConsumeOptions::default() };
    let channel = &site.channel;
    let _reader = channel.basic_consume("stats".into(), "".into(), options, FieldTable::default()).await.unwrap();
    site.until("the reader is told", |report| codes(report, "unsafe") == ["auto_ack stats"]).await;
}
