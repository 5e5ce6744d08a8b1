//! The answers under way on a connection of HTTP/2, and how long its client lets them wait.
//!
//! Such a client can read from the connection, answer pings, and yet allow nothing to be sent of an answer. Each answer that
//! waits like that holds memory.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, sleep};

/// What is handed out of an answer at a time: once it is, it waits where nobody sees it.
const PIECE: usize = 8 * 1024;

/// A clone is another handle to the same.
#[derive(Clone)]
pub(super) struct Streams(Arc<Mutex<State>>);

struct State {
    /// Since when the client could have taken more, of each answer that waits for that.
    waiting: HashMap<u64, Instant>,
    /// How many requests and answers wait for us.
    working: usize,
    /// When something last happened.
    moved: Instant,
    next: u64,
}

impl Streams {
    pub(super) fn new() -> Self {
        let state = State { waiting: HashMap::new(), working: 0, moved: Instant::now(), next: 0 };
        Self(Arc::new(Mutex::new(state)))
    }

    /// A request has arrived.
    pub(super) fn begin(&self) -> Stream {
        let mut state = self.lock();
        let id = state.next;
        state.next += 1;
        let stream = Stream { streams: self.clone(), id, is_working: false };
        drop(state);
        stream.works(true)
    }

    /// Ready when an answer has waited for its client for so long, or nothing has happened for as long: an answer that was
    /// handed out whole is not seen to wait.
    pub(super) async fn wait(&self, limit: Duration) {
        loop {
            let until = self.lock().since() + limit;
            if until <= Instant::now() {
                return;
            }
            sleep(until - Instant::now()).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn since(&self) -> Instant {
        let idle = if self.working > 0 { Instant::now() } else { self.moved };
        self.waiting.values().copied().fold(idle, Instant::min)
    }
}

/// A request, and then its answer.
pub(super) struct Stream {
    streams: Streams,
    id: u64,
    is_working: bool,
}

impl Stream {
    /// The answer, which is watched from now on.
    pub(super) fn answer(self, body: Body) -> Body {
        if body.is_end_stream() {
            return body;
        }
        let stream = self.works(false);
        stream.streams.lock().waiting.insert(stream.id, Instant::now());
        Body::new(Watched { body, stream, rest: Bytes::new() })
    }

    fn works(mut self, is_working: bool) -> Self {
        self.turn(is_working);
        self
    }

    fn turn(&mut self, is_working: bool) {
        let mut state = self.streams.lock();
        state.moved = Instant::now();
        state.working += usize::from(is_working);
        state.working -= usize::from(self.is_working);
        self.is_working = is_working;
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.turn(false);
        self.streams.lock().waiting.remove(&self.id);
    }
}

/// An answer, handed out in pieces when the client takes them.
struct Watched {
    body: Body,
    stream: Stream,
    rest: Bytes,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        this.stream.streams.lock().waiting.remove(&this.stream.id);
        if this.rest.is_empty() {
            this.stream.turn(true);
            let frame = match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                end => return Poll::Ready(end),
            };
            match frame.into_data() {
                Ok(data) => this.rest = data,
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        let piece = this.rest.split_to(this.rest.len().min(PIECE));
        this.stream.turn(false);
        this.stream.streams.lock().waiting.insert(this.stream.id, Instant::now());
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let hint = self.body.size_hint();
        let mut whole = SizeHint::new();
        whole.set_lower(hint.lower() + rest);
        if let Some(upper) = hint.upper() {
            whole.set_upper(upper + rest);
        }
        whole
    }
}
