//! Reading a queue.

use std::future::ready;
use std::task::{Context, Poll};

use crate::error::{BrokerError, Kind};
use crate::in_process::connection::Connection;
use crate::in_process::delivery::Unsettled;
use crate::in_process::queue::Next;
use crate::prefetch::Prefetch;
use crate::transport::{Answer, NextDelivery, TransportDeliveries};

#[derive(Debug)]
pub(super) struct Reader {
    connection: Connection,
    number: u64,
}

impl Reader {
    pub(super) fn of(connection: Connection, queue: &str, prefetch: Prefetch) -> Result<Self, BrokerError> {
        let number = connection.server().lock().read(connection.number(), queue, prefetch)?;
        Ok(Self { connection, number })
    }
}

impl TransportDeliveries for Reader {
    fn poll_next(&mut self, context: &mut Context<'_>) -> NextDelivery {
        let mut state = self.connection.server().lock();
        Poll::Ready(match state.next(self.number) {
            Next::Message(tag, stored) => {
                Some(Ok(Box::new(Unsettled::new(self.connection.clone(), self.number, tag, stored))))
            }
            Next::Closed => Some(Err(Kind::Closed.into())),
            Next::End => None,
            Next::Nothing => {
                if let Some(reader) = state.reader(self.number) {
                    reader.wait(context.waker());
                }
                return Poll::Pending;
            }
        })
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
