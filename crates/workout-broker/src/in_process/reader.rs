//! Reading a queue.

use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Sleep, sleep_until};

use crate::error::BrokerError;
use crate::in_process::connection::Connection;
use crate::in_process::delivery::Unsettled;
use crate::in_process::subscriber::Next;
use crate::prefetch::Prefetch;
use crate::start::Start;
use crate::transport::{Answer, NextDelivery, TransportDeliveries};

#[derive(Debug)]
pub(super) struct Reader {
    connection: Connection,
    number: u64,
    /// Until a message that was long on its way has arrived.
    arrival: Option<Pin<Box<Sleep>>>,
    /// Until a delay is over, whose message may be for this reader.
    delay: Option<Pin<Box<Sleep>>>,
}

impl Reader {
    pub(super) fn of(
        connection: Connection,
        queue: &str,
        start: Option<Start>,
        prefetch: Prefetch,
    ) -> Result<Self, BrokerError> {
        let mut state = connection.server().lock();
        let number = match start {
            None => state.read(connection.number(), queue, prefetch),
            Some(start) => state.read_from(connection.number(), queue, start, prefetch),
        }?;
        drop(state);
        Ok(Self { connection, number, arrival: None, delay: None })
    }
}

impl TransportDeliveries for Reader {
    fn poll_next(&mut self, context: &mut Context<'_>) -> NextDelivery {
        loop {
            if let Some(arrival) = &mut self.arrival {
                ready!(arrival.as_mut().poll(context));
                self.arrival = None;
            }
            let mut state = self.connection.server().lock();
            return Poll::Ready(match state.next(self.number) {
                Next::Message(tag, stored) => {
                    Some(Ok(Box::new(Unsettled::new(self.connection.clone(), self.number, tag, stored))))
                }
                Next::Error(error) => Some(Err(error)),
                Next::End => None,
                Next::Later(due) => {
                    self.arrival = Some(Box::pin(sleep_until(due)));
                    continue;
                }
                Next::Perhaps(due) => {
                    if let Some(reader) = state.reader(self.number) {
                        reader.wait(context.waker());
                    }
                    drop(state);
                    let delay = self.delay.get_or_insert_with(|| Box::pin(sleep_until(due)));
                    if delay.deadline() != due {
                        delay.as_mut().reset(due);
                    }
                    ready!(delay.as_mut().poll(context));
                    self.delay = None;
                    continue;
                }
                Next::Nothing => {
                    if let Some(reader) = state.reader(self.number) {
                        reader.wait(context.waker());
                    }
                    return Poll::Pending;
                }
            });
        }
    }

    fn stop(&mut self) -> Answer<'_, ()> {
        self.connection.server().lock().stop(self.number);
        Box::pin(ready(Ok(())))
    }

    fn close(self: Box<Self>) -> Answer<'static, ()> {
        Box::pin(ready(Ok(())))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.connection.server().lock().end(self.number);
    }
}
