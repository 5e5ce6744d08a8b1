//! RabbitMQ passes the suite that the broker inside the process passes.

use support::rabbitmq::{self, Vhost};
use workout_broker::testing::contract::FreshServer;
use workout_broker::{Broker, contract_tests};

struct RabbitMq(Vhost);

impl FreshServer for RabbitMq {
    async fn connect(&self) -> Broker {
        Broker::connect(&self.0.amqp_url()).await.unwrap()
    }
}

contract_tests!(RabbitMq(rabbitmq::vhost().await));
