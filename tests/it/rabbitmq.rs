use lapin::options::{BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use support::rabbitmq::{self, Vhost};

const QUEUE: &str = "same-name";

#[tokio::test(flavor = "multi_thread")]
async fn two_virtual_hosts_do_not_see_each_other() {
    let (one, two) = (rabbitmq::vhost().await, rabbitmq::vhost().await);
    let (_connection_one, channel_one) = open(&one).await;
    let (_connection_two, channel_two) = open(&two).await;

    let confirmation = channel_one
        .basic_publish("".into(), QUEUE.into(), BasicPublishOptions::default(), b"one", BasicProperties::default())
        .await
        .unwrap();
    assert!(confirmation.await.unwrap().is_ack());

    assert_eq!(get(&channel_two).await, None);
    assert_eq!(get(&channel_one).await.as_deref(), Some(&b"one"[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_virtual_host_is_gone_although_a_connection_is_open() {
    let (kept, dropped) = (rabbitmq::vhost().await, rabbitmq::vhost().await);
    let (_connection, _channel) = open(&dropped).await;
    let path = format!("vhosts/{}", dropped.name());
    kept.management().get(&path).await.unwrap();

    drop(dropped);

    let problem = kept.management().get(&path).await.unwrap_err();
    assert!(problem.contains("404"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn debug_shows_no_password() {
    let vhost = rabbitmq::vhost().await;
    let shown = format!("{vhost:?}");
    assert!(!shown.contains("://"), "{shown}");
}

async fn open(vhost: &Vhost) -> (Connection, Channel) {
    let connection = Connection::connect(&vhost.amqp_url(), ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    channel.queue_declare(QUEUE.into(), QueueDeclareOptions::durable(), FieldTable::default()).await.unwrap();
    (connection, channel)
}

async fn get(channel: &Channel) -> Option<Vec<u8>> {
    let message = channel.basic_get(QUEUE.into(), BasicGetOptions { no_ack: true }).await.unwrap();
    message.map(|message| message.delivery.data)
}
