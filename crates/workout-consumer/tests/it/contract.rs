//! The broker inside the process passes the suite, while real time passes and while time is made to pass. RabbitMQ passes
//! it in the workspace's end-to-end tests.

use workout_broker::Broker;
use workout_broker::in_process::Server;
use workout_consumer::testing::contract::FreshServer;

struct InProcess(Server);

impl FreshServer for InProcess {
    async fn connect(&self) -> Broker {
        self.0.connect()
    }

    async fn cut(&self) -> bool {
        self.0.lose_publishing();
        self.0.lose_consuming();
        self.0.restore_publishing();
        self.0.restore_consuming();
        true
    }
}

mod in_real_time {
    use super::{InProcess, Server};

    workout_consumer::contract_tests!(InProcess(Server::seeded(1)));
}

mod while_time_is_made_to_pass {
    use super::{InProcess, Server};

    workout_consumer::contract_tests!(InProcess(Server::seeded(1)), start_paused = true);
}
