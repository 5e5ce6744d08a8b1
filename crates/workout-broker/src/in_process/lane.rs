//! Publishing.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use workout_events::amqp::Message;

use crate::error::BrokerError;
use crate::in_process::connection::Connection;
use crate::outcome::Outcome;
use crate::transport::{Answer, TransportLane};

#[derive(Debug)]
pub(super) struct InProcessLane(Connection);

impl InProcessLane {
    pub(super) fn new(connection: Connection) -> Self {
        Self(connection)
    }

    async fn publish(&self, messages: &[Message], limit: Duration) -> Result<Vec<Outcome>, BrokerError> {
        let (number, latency) = {
            let mut state = self.0.server().lock();
            self.0.check_open()?;
            (state.write(self.0.number(), messages)?, state.latency())
        };
        let under_way = UnderWay { connection: &self.0, number };
        // Without a script everything has been said already, and no clock is needed.
        if !latency.is_zero() || !under_way.is_done() {
            let said = async {
                if !latency.is_zero() {
                    sleep(latency).await;
                    self.0.server().lock().tell(number);
                }
                under_way.done().await;
            };
            // What has no answer by then is unknown.
            let _ = timeout(limit, said).await;
        }
        self.0.server().lock().outcomes(number, messages)
    }
}

impl TransportLane for InProcessLane {
    fn window<'a>(&'a mut self, messages: &'a [Message], limit: Duration) -> Answer<'a, Vec<Outcome>> {
        Box::pin(self.publish(messages, limit))
    }
}

/// A window that was written. It is forgotten when nobody waits for it any more.
struct UnderWay<'c> {
    connection: &'c Connection,
    number: u64,
}

impl UnderWay<'_> {
    fn is_done(&self) -> bool {
        self.connection.server().lock().window(self.number).is_none_or(|window| window.is_done())
    }

    async fn done(&self) {
        poll_fn(|context| match self.connection.server().lock().window(self.number) {
            Some(window) if !window.is_done() => {
                window.wait(context.waker());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        })
        .await;
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.connection.server().lock().forget(self.number);
    }
}
