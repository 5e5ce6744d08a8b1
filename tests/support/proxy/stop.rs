//! Where a client is stopped, and what becomes of it then.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot};

/// A place in what a client says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before the n-th request reaches the server, counted from 1. One without a statement, with which a pool asks whether a
    /// connection lives, does not count.
    BeforeNth(usize),
    /// When the server has answered the n-th request, before the client hears of it.
    AfterNth(usize),
    /// Before a request with a statement that begins like this reaches the server.
    Before(&'static str),
    /// When the server has answered it, before the client hears of it.
    After(&'static str),
}

/// A stop that was asked for.
#[derive(Debug)]
pub struct Stop(mpsc::UnboundedReceiver<Held>);

impl Stop {
    /// Waits until a client has come there.
    ///
    /// # Panics
    ///
    /// When another stop has taken the place of this one.
    pub async fn reached(&mut self) -> Held {
        self.0.recv().await.unwrap_or_else(|| panic!("another stop was asked for"))
    }
}

/// A client that was stopped. It is cut off when this is dropped.
#[must_use = "a client that nobody holds is cut off"]
pub struct Held {
    pid: i32,
    text: String,
    verdict: oneshot::Sender<Verdict>,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Pass,
    Spoil,
    Cut,
}

impl Held {
    /// The server's process for this client, as `pg_stat_activity` has it.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// The statement of the request.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Lets it go on.
    pub fn pass(self) {
        let _ = self.verdict.send(Verdict::Pass);
    }

    /// Ends its connection on both sides.
    pub fn cut(self) {
        let _ = self.verdict.send(Verdict::Cut);
    }

    /// Lets another statement fail in its name, of which it does not hear, and lets it go on: a transaction is aborted then.
    /// Only before a request.
    pub fn spoil(self) {
        let _ = self.verdict.send(Verdict::Spoil);
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("pid", &self.pid).field("text", &self.text).finish_non_exhaustive()
    }
}

/// The stop of all connections, and how far they have come.
#[derive(Debug, Default)]
pub(super) struct Stops(Mutex<Option<Asked>>);

#[derive(Debug)]
struct Asked {
    place: Place,
    seen: usize,
    tell: mpsc::UnboundedSender<Held>,
}

/// A request that was counted, if there was a stop to count for.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    number: usize,
    text: String,
}

impl Stops {
    pub(super) fn set(&self, place: Place) -> Stop {
        let (tell, told) = mpsc::unbounded_channel();
        *self.lock() = Some(Asked { place, seen: 0, tell });
        Stop(told)
    }

    pub(super) fn count(&self, text: &str) -> Counted {
        let mut asked = self.lock();
        let number = asked.as_mut().map_or(0, |asked| {
            asked.seen += usize::from(!text.is_empty());
            asked.seen
        });
        Counted { number, text: text.to_owned() }
    }

    pub(super) async fn before(&self, request: &Counted, pid: i32) -> Verdict {
        self.hold(request, pid, |place| match place {
            Place::BeforeNth(nth) => nth == request.number,
            Place::Before(text) => request.text.starts_with(text),
            _ => false,
        })
        .await
    }

    pub(super) async fn after(&self, request: &Counted, pid: i32) -> Verdict {
        self.hold(request, pid, |place| match place {
            Place::AfterNth(nth) => nth == request.number,
            Place::After(text) => request.text.starts_with(text),
            _ => false,
        })
        .await
    }

    /// The first one to come to the place takes the stop with it.
    async fn hold(&self, request: &Counted, pid: i32, is_there: impl Fn(Place) -> bool) -> Verdict {
        let is_statement = !request.text.is_empty();
        let asked = self.lock().take_if(|asked| is_statement && is_there(asked.place));
        let Some(asked) = asked else { return Verdict::Pass };
        let (verdict, decided) = oneshot::channel();
        if asked.tell.send(Held { pid, text: request.text.clone(), verdict }).is_err() {
            // Nobody waits for it any more.
            return Verdict::Pass;
        }
        decided.await.unwrap_or(Verdict::Cut)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Asked>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
