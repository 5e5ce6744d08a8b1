//! On RabbitMQ the suite of the consumer holds that holds on the broker inside the process.

use support::rabbitmq;
use workout_consumer::contract_tests;

use crate::broker::RabbitMq;

contract_tests!(RabbitMq(rabbitmq::vhost().await));
