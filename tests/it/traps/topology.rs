//! L9: a declaration that is refused takes its channel with it.

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use support::rabbitmq;

use super::{declare, plain};

/// What ours makes of it: `broker::topology::what_is_another_is_named_and_nothing_is_made_or_harmed`.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_declaration_ends_the_client_s_channel() {
    let vhost = rabbitmq::vhost().await;
    let connection = plain(&vhost.amqp_url()).await;
    let channel = connection.create_channel().await.unwrap();
    declare(&channel, "mine").await;
    let other = QueueDeclareOptions::default();
    assert!(channel.queue_declare("mine".into(), other, FieldTable::default()).await.is_err());
    assert!(!channel.status().connected());
    let options = QueueDeclareOptions::durable();
    assert!(channel.queue_declare("mine".into(), options, FieldTable::default()).await.is_err());
    connection.close(200, "OK".into()).await.unwrap();
}
