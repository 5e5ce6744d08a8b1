//! Publishing: what is sent together is a window to the server.

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::time::{Sleep, sleep};
use workout_events::amqp::Message;

use crate::error::BrokerError;
use crate::health::LinkState;
use crate::in_process::connection::Connection;
use crate::in_process::window::Window;
use crate::lane::Settled;
use crate::outcome::Outcome;
use crate::transport::{Answer, Transport, TransportLane};

pub(super) struct InProcessLane {
    connection: Connection,
    /// Not written yet.
    batch: Vec<(u64, Arc<Message>)>,
    windows: VecDeque<UnderWay>,
    settled: Vec<Settled>,
    /// A publisher learns that the server is blocked when it has written something.
    wrote_in_vain: bool,
}

/// A window that was written. The server forgets it when nobody waits for it any more.
struct UnderWay {
    connection: Connection,
    number: u64,
    /// In the order of the messages; `None` when it is settled.
    tokens: Vec<Option<u64>>,
    /// When the server's answer arrives, if that takes time.
    answer: Option<Pin<Box<Sleep>>>,
}

impl InProcessLane {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, batch: Vec::new(), windows: VecDeque::new(), settled: Vec::new(), wrote_in_vain: false }
    }

    fn is_blocked(&self) -> bool {
        self.connection.health().publishing.state == LinkState::Blocked
    }

    fn write(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        self.wrote_in_vain = self.is_blocked();
        let (tokens, messages): (Vec<_>, Vec<_>) = mem::take(&mut self.batch).into_iter().unzip();
        let mut state = self.connection.server().lock();
        let written = self.connection.check_open().and_then(|()| state.write(self.connection.number(), &messages));
        let latency = state.latency();
        drop(state);
        match written {
            Ok(number) => self.windows.push_back(UnderWay {
                connection: self.connection.clone(),
                number,
                tokens: tokens.into_iter().map(Some).collect(),
                answer: (!latency.is_zero()).then(|| Box::pin(sleep(latency))),
            }),
            Err(error) => {
                let mut error = Some(error);
                // The error says why, once; the others were no more taken than the first.
                let refused = |token| {
                    let error = error.take().unwrap_or_else(|| BrokerError::transient("the window was not written"));
                    Settled::new(token, Err(error))
                };
                self.settled.extend(tokens.into_iter().map(refused));
            }
        }
    }
}

impl TransportLane for InProcessLane {
    fn is_open(&self) -> bool {
        match self.connection.health().publishing.state {
            LinkState::Up => true,
            LinkState::Blocked => !self.wrote_in_vain,
            LinkState::Down | LinkState::Closed => false,
        }
    }

    fn open(&mut self) -> Answer<'_, ()> {
        Box::pin(async {
            if self.wrote_in_vain {
                self.connection.until(|health| health.publishing.state != LinkState::Blocked).await?;
            }
            self.connection.check_up()
        })
    }

    fn send(&mut self, token: u64, message: Arc<Message>) {
        self.batch.push((token, message));
    }

    fn poll_settled(&mut self, context: &mut Context<'_>, settled: &mut Vec<Settled>) -> Poll<()> {
        self.write();
        let before = settled.len();
        settled.append(&mut self.settled);
        self.windows.retain_mut(|window| {
            window.poll(context, settled);
            window.left() > 0
        });
        if settled.len() > before { Poll::Ready(()) } else { Poll::Pending }
    }

    fn abandon(&mut self, settled: &mut Vec<Settled>) {
        self.write();
        settled.append(&mut self.settled);
        for mut window in mem::take(&mut self.windows) {
            window.news(settled);
            let left = window.tokens.iter_mut().filter_map(Option::take);
            settled.extend(left.map(|token| Settled::new(token, Ok(Outcome::Unknown))));
        }
    }

    fn under_way(&self) -> usize {
        let written: usize = self.windows.iter().map(UnderWay::left).sum();
        self.batch.len() + written + self.settled.len()
    }

    fn oldest(&self) -> Option<u64> {
        let settled = self.settled.first().map(|settled| settled.token);
        let written = || self.windows.iter().flat_map(|window| &window.tokens).find_map(|token| *token);
        settled.or_else(written).or_else(|| self.batch.first().map(|(token, _)| *token))
    }
}

impl UnderWay {
    fn left(&self) -> usize {
        self.tokens.iter().flatten().count()
    }

    fn poll(&mut self, context: &mut Context<'_>, settled: &mut Vec<Settled>) {
        if let Some(answer) = &mut self.answer
            && answer.as_mut().poll(context).is_ready()
        {
            self.answer = None;
            self.connection.server().lock().tell(self.number);
        }
        self.news(settled);
        if let Some(window) = self.connection.server().lock().window(self.number) {
            window.wait(context.waker());
        }
    }

    /// What the server has said since the last time.
    fn news(&mut self, settled: &mut Vec<Settled>) {
        let news = self.connection.server().lock().window(self.number).map(Window::news).unwrap_or_default();
        for (tag, outcome, suspect) in news {
            if let Some(token) = self.tokens.get_mut(tag).and_then(Option::take) {
                settled.push(if suspect { Settled::suspect(token) } else { Settled::new(token, outcome) });
            }
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.connection.server().lock().forget(self.number);
    }
}

impl fmt::Debug for InProcessLane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcessLane").field("under_way", &self.under_way()).finish_non_exhaustive()
    }
}
