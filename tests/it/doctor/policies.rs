use std::time::Duration;

use serde_json::{Value, json};
use support::wait;
use workout_broker::{Broker, Queue};

use super::site::{Site, codes, finding, number, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_found_and_the_command_mends_what_it_names() {
    let site = Site::new().await;
    let broker = Broker::connect(&site.vhost.amqp_url()).await.unwrap();
    broker.declare(&Queue::new("stats").bind("workout.events", "#")).await.unwrap();
    broker.close().await.unwrap();
    site.policy("policies", "full", json!({ "overflow": "drop-head", "max-length": 5 })).await;
    site.policy("operator-policies", "tight", json!({ "delivery-limit": 2 })).await;
    let (_, report) = site
        .until("both policies are told", |report| {
            codes(report, "unsafe").contains(&"drops_when_full stats.dead".to_owned())
        })
        .await;
    let found = [codes(&report, "unsafe"), codes(&report, "advice")].concat();
    for want in ["delivery_limit_low stats", "letters_limited stats.dead", "bounded stats", "policy_overrides stats"] {
        assert!(found.contains(&want.to_owned()), "{want}: {report:#}");
    }
    let (management, vhost) = (site.vhost.management(), site.vhost.name());
    management.delete(&format!("policies/{vhost}/full")).await.unwrap();
    management.delete(&format!("operator-policies/{vhost}/tight")).await.unwrap();
    site.until("nothing is left of them", |report| codes(report, "unsafe").is_empty()).await;

    // A queue without dead letters, and the policy that the doctor tells to set.
    site.queue("bare", &[("x-queue-type", text("quorum"))]).await;
    site.queue("bare.dead", &[("x-queue-type", text("quorum")), ("x-delivery-limit", number(i32::MAX))]).await;
    let (_, report) = site.doctor(&["--queue=bare", "--management"]);
    let finding = finding(&report, "no_dead_letters");
    let definition = finding["mend"].as_str().unwrap().split('\'').find(|part| part.starts_with('{')).unwrap();
    let body = json!({ "pattern": "^bare$", "definition": serde_json::from_str::<Value>(definition).unwrap() });
    management.put(&format!("policies/{vhost}/mend"), body).await.unwrap();
    let mended = |report: &Value| codes(report, "unsafe") == ["no_binding bare"];
    wait::until("it is mended", Duration::from_secs(30), || async {
        mended(&site.doctor(&["--queue=bare", "--management"]).1)
    })
    .await;
}
