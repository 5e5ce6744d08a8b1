//! RabbitMQ passes the suite that the broker inside the process passes.

use support::rabbitmq::{self, Vhost};
use workout_broker::testing::contract::FreshServer;
use workout_broker::{Broker, contract_tests};

use super::close_both_connections;

/// A virtual host of its own.
pub(crate) struct RabbitMq(pub(crate) Vhost);

impl FreshServer for RabbitMq {
    async fn connect(&self) -> Broker {
        Broker::connect(&self.0.amqp_url()).await.unwrap()
    }

    /// Two of the only broker in the case.
    async fn cut(&self) -> bool {
        close_both_connections(&self.0).await;
        true
    }
}

contract_tests!(RabbitMq(rabbitmq::vhost().await));
