//! A queue on RabbitMQ with consumers in other processes.

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};
use stats_store::StatsStore;
use support::rabbitmq::{self, Vhost};
use support::wait;
use tokio::time::timeout;
use workout_broker::Broker;

use super::process::{Process, consumer};
use super::tale::Said;
use super::{LIMIT, QUEUE};

pub(super) struct Queue {
    vhost: Vhost,
    broker: Broker,
    look: Channel,
}

impl Queue {
    /// With what a consumer into this store needs.
    pub(super) async fn open(store: &StatsStore) -> Self {
        let vhost = rabbitmq::vhost().await;
        let broker = Broker::connect(&vhost.amqp_url()).await.unwrap();
        broker.declare(&consumer(store, 1).queue()).await.unwrap();
        let link = Connection::connect(&vhost.amqp_url(), ConnectionProperties::default()).await.unwrap();
        let look = link.create_channel().await.unwrap();
        Self { vhost, broker, look }
    }

    /// Starts a consumer that writes so many facts together.
    pub(super) fn process(&self, store: &str, size: usize) -> Process {
        Process::start(&self.vhost.amqp_url(), store, size)
    }

    pub(super) async fn publish(&self, said: &[Said]) {
        for said in said.chunks(100) {
            let publishing = said.iter().map(|said| self.broker.publish(said.message.clone()));
            for outcome in futures_util::future::join_all(publishing).await {
                assert!(outcome.unwrap().is_confirmed());
            }
        }
    }

    /// Waits until so many consumers read from it: what those have that read no longer is in the queue again.
    pub(super) async fn until_readers(&self, readers: u32) {
        wait::until("consumers come or go", LIMIT, || async { self.readers().await == readers }).await;
    }

    async fn readers(&self) -> u32 {
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        self.look.queue_declare(QUEUE.into(), options, FieldTable::default()).await.unwrap().consumer_count()
    }

    /// How many messages wait, apart from those that are out.
    pub(super) async fn depth(&self) -> u64 {
        self.broker.depth(QUEUE).await.unwrap()
    }

    /// When all processes have ended: writes what is left. Nothing was refused, and nothing was tried twice.
    pub(super) async fn drain(self, store: &StatsStore) {
        self.until_readers(0).await;
        while self.depth().await > 0 {
            let is_empty = wait::until("the queue is empty", LIMIT, || async { self.depth().await == 0 });
            let running = Box::pin(consumer(store, 50).run(self.broker.clone(), is_empty));
            let report = timeout(LIMIT, running).await.unwrap().unwrap();
            assert_eq!((report.retried, report.dead), (0, 0));
        }
        let dead = self.broker.depth(&format!("{QUEUE}.dead")).await.unwrap();
        assert_eq!((self.depth().await, dead), (0, 0));
        self.broker.close().await.unwrap();
    }
}
