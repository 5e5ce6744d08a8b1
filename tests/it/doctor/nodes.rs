use std::time::Duration;

use support::{own, wait};
use workout_broker::{Broker, Queue};

use super::site::{codes, doctor};

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_short_of_memory_or_too_impatient_is_told() {
    let Some(node) = own::rabbitmq("consumer_timeout = 10000").await else {
        return;
    };
    let broker = Broker::connect(&format!("{}/%2f", node.amqp_url())).await.unwrap();
    broker.declare(&Queue::new("stats").bind("workout.events", "#")).await.unwrap();
    broker.close().await.unwrap();
    let (amqp, api) = (format!("--amqp={}/%2f", node.amqp_url()), format!("--management={}", node.api()));
    let patience = ["--handler-time=30s", "--consumer-timeout=10s"];
    let (code, report) = doctor(&[&amqp, &api, patience[0], patience[1]]);
    assert_eq!((code, codes(&report, "unsafe")), (1, vec!["consumer_timeout stats".to_owned()]), "{report:#}");

    node.control(&["set_vm_memory_high_watermark", "0.00001"]).await;
    wait::until("the alarm is told", Duration::from_secs(30), || async {
        codes(&doctor(&[&amqp, &api]).1, "unsafe") == ["alarm nodes"]
    })
    .await;
}
