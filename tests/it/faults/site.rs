//! Where a fault happens, and how it is made.

use serde_json::json;
use support::own::{self, RabbitMq};
use support::rabbitmq::{self, Management, Vhost};
use workout_broker::Broker;

use super::fault::Fault;
use super::queue::{self, QUEUE};
use crate::broker::close_both_connections;

/// A virtual host of the server of all tests, or a server.
pub(crate) enum Site {
    Vhost(Vhost),
    Server(RabbitMq),
}

impl Site {
    /// `None` if there is no server that could be ill-treated so.
    pub(crate) async fn of(fault: Fault) -> Option<Self> {
        if fault.needs_a_server() {
            return Some(Self::Server(own::rabbitmq("").await?));
        }
        Some(Self::Vhost(rabbitmq::vhost().await))
    }

    /// A link without a sign of life is given up after four seconds.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Vhost(vhost) => format!("{}?heartbeat=2", vhost.amqp_url()),
            Self::Server(server) => format!("{}/%2f?heartbeat=2", server.amqp_url()),
        }
    }

    /// Waits until the broker knows its queues for good: RabbitMQ 3.10 keeps the directory of quorum queues in memory for a
    /// moment, and when it is killed then, it forgets a new queue with all that it has confirmed.
    pub(crate) async fn settle(&self) {
        if let Self::Server(server) = self {
            server.control(&["eval", "[ok = dets:sync(Table) || Table <- dets:all()]."]).await;
        }
    }

    pub(crate) async fn strike(&mut self, fault: Fault) {
        match fault {
            Fault::Killed => self.server().kill(),
            Fault::Held => self.server().hold(),
            Fault::Stopped => self.server().control(&["stop_app"]).await,
            Fault::ConnectionsClosed => close_both_connections(self.vhost()).await,
            Fault::NoMemory => self.server().control(&["set_vm_memory_high_watermark", "0.00001"]).await,
            Fault::NoDisk => self.server().control(&["set_disk_free_limit", "1000000GB"]).await,
            Fault::QueueDeleted => self.delete(&format!("queues/{}/{QUEUE}", self.vhost().name())).await,
            Fault::ExchangeDeleted => self.delete(&format!("exchanges/{}/workout.events", self.vhost().name())).await,
            Fault::MayNotWrite => {
                let vhost = self.vhost();
                vhost.permit(json!({ "configure": ".*", "write": "^$", "read": ".*" })).await.unwrap();
                // A channel that has published does not ask again.
                close_both_connections(vhost).await;
            }
            Fault::MayNotRead => {
                let vhost = self.vhost();
                vhost.permit(json!({ "configure": ".*", "write": ".*", "read": "^$" })).await.unwrap();
                close_both_connections(vhost).await;
            }
            Fault::MayNotConnect => {
                let vhost = self.vhost();
                vhost.forbid().await.unwrap();
                close_both_connections(vhost).await;
            }
        }
    }

    pub(crate) async fn mend(&mut self, fault: Fault) {
        match fault {
            Fault::Killed => self.server().start_again().await,
            Fault::Held => self.server().release(),
            Fault::Stopped => self.server().control(&["start_app"]).await,
            Fault::ConnectionsClosed => {}
            Fault::NoMemory => self.server().control(&["set_vm_memory_high_watermark", "0.6"]).await,
            Fault::NoDisk => self.server().control(&["set_disk_free_limit", "50MB"]).await,
            Fault::QueueDeleted | Fault::ExchangeDeleted => {
                // As another service does that starts: with the exchanges.
                let broker = Broker::connect(&self.url()).await.unwrap();
                broker.declare(&queue::declaration()).await.unwrap();
                broker.close().await.unwrap();
            }
            Fault::MayNotWrite | Fault::MayNotRead | Fault::MayNotConnect => {
                self.vhost().permit(rabbitmq::everything()).await.unwrap();
            }
        }
    }

    async fn delete(&self, path: &str) {
        self.management().delete(path).await.unwrap();
    }

    fn management(&self) -> &Management {
        match self {
            Self::Vhost(vhost) => vhost.management(),
            Self::Server(server) => server.management(),
        }
    }

    #[track_caller]
    fn vhost(&self) -> &Vhost {
        match self {
            Self::Vhost(vhost) => vhost,
            Self::Server(_) => panic!("the fault was said to need a server"),
        }
    }

    #[track_caller]
    fn server(&mut self) -> &mut RabbitMq {
        match self {
            Self::Server(server) => server,
            Self::Vhost(_) => panic!("the fault was said to need no server"),
        }
    }
}
