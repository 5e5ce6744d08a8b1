//! Where streams wait, and hints arrive.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use stats_store::StatsWriter;
use tokio::sync::{Semaphore, watch};
use workout_events::UserId;

use super::figures;
use super::hints::{Changed, Hint};
use super::look::Looks;
use super::topic::{Topics, Waiting};
use super::writer::Waking;
use crate::limit::Places;

/// Streams of what happens: for [`Api::live`](crate::Api::live) and [`Dashboard::live`](crate::Dashboard::live). A clone is another
/// handle to the same streams.
///
/// A stream looks at the store every few seconds by itself, and at once when what it is about was written by [`writer`](Self::writer).
///
/// ```
/// # let store = stats_store::StatsStore::memory();
/// let live = stats_http::Live::new();
/// let writer = live.writer(store.writer()); // for `Api::writer`, `Dashboard::writer` and `Ingest::into`
/// let app = stats_http::Api::new(store.reader()).writer(writer).live(live).router();
/// # let _: axum::Router = app;
/// ```
///
/// Several instances need nothing of one another but hints of a few bytes, from [`hint`](Self::hint) of each to [`hear`](Self::hear) of
/// all others, by whatever carries bytes. A hint that is lost delays what it was about.
#[derive(Clone)]
#[must_use = "it is for `Api::live`"]
pub struct Live {
    pub(super) limits: Limits,
    pub(super) hub: Arc<Hub>,
}

/// What can be set, with what holds where nothing is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) per_client: usize,
    pub(super) in_all: usize,
    pub(super) look_every: Duration,
    pub(super) keep_alive_every: Duration,
    pub(super) check_every: Duration,
    pub(super) taken_within: Duration,
    pub(super) at_most: Duration,
}

pub(super) struct Hub {
    pub(super) places: Places,
    pub(super) people: Arc<Topics<UserId, Looks>>,
    /// Browsers that are signed in, by what their tokens hash to.
    sessions: Arc<Topics<u64, ()>>,
    hashes: RandomState,
    /// Hints may have been lost.
    everybody: watch::Sender<()>,
    ended: watch::Sender<bool>,
    /// Those who look at the store at the same time.
    pub(super) looking: Semaphore,
    /// Counting somebody's facts again takes a while, and is for those who come back.
    pub(super) counting: Arc<Semaphore>,
    pub(super) changed: Changed,
}

/// How many look at the store at the same time.
const LOOKING: usize = 8;

/// How many count facts again at the same time.
const COUNTING: usize = 2;

impl Live {
    /// Streams that nobody wakes yet.
    pub fn new() -> Self {
        let limits = Limits {
            per_client: 16,
            in_all: 1_024,
            look_every: Duration::from_secs(15),
            keep_alive_every: Duration::from_secs(15),
            check_every: Duration::from_mins(1),
            taken_within: Duration::from_secs(30),
            at_most: Duration::from_hours(1),
        };
        let hub = Hub {
            places: Places::new(figures::open),
            people: Topics::new(),
            sessions: Topics::new(),
            hashes: RandomState::new(),
            everybody: watch::Sender::new(()),
            ended: watch::Sender::new(false),
            looking: Semaphore::new(LOOKING),
            counting: Arc::new(Semaphore::new(COUNTING)),
            changed: Changed::default(),
        };
        Self { limits, hub: Arc::new(hub) }
    }

    /// How many streams one client may have open, 16 unless it is said otherwise: a person wherever they are, and whoever is
    /// not known by the address.
    pub fn per_client(mut self, most: usize) -> Self {
        self.limits.per_client = most;
        self
    }

    /// How many streams there may be in all, 1,024 unless it is said otherwise. Each is a connection and some ten kilobytes for a
    /// person with a thousand workouts.
    pub fn in_all(mut self, most: usize) -> Self {
        self.limits.in_all = most;
        self
    }

    /// After how long a stream looks at the store without having been woken, 15 seconds unless it is said otherwise, give or
    /// take a half, so that not all of them look at the same time. Without hints this is how long news take.
    pub fn look_every(mut self, time: Duration) -> Self {
        self.limits.look_every = time;
        self
    }

    /// After how long a line is sent that says nothing, so that whatever is in between keeps the connection: 15 seconds unless it is said
    /// otherwise.
    pub fn keep_alive_every(mut self, time: Duration) -> Self {
        self.limits.keep_alive_every = time;
        self
    }

    /// After how long it is asked again whether whoever listens may still do so, a minute unless it is said otherwise. A token
    /// that says until when it is valid ends a stream at that time.
    pub fn check_every(mut self, time: Duration) -> Self {
        self.limits.check_every = time;
        self
    }

    /// How long a client may take to read what it is sent, 30 seconds unless it is said otherwise. Then its connection is
    /// closed, which costs it nothing: it goes on where it was.
    pub fn taken_within(mut self, time: Duration) -> Self {
        self.limits.taken_within = time;
        self
    }

    /// How long a stream lasts, an hour unless it is said otherwise, so that clients move on to instances that are new.
    pub fn at_most(mut self, time: Duration) -> Self {
        self.limits.at_most = time;
        self
    }

    /// The same writer, which wakes those who listen after each commit. What names nobody, as a deletion may, is found by the next look.
    #[must_use]
    pub fn writer(&self, writer: Arc<dyn StatsWriter>) -> Arc<dyn StatsWriter> {
        Arc::new(Waking { writer, live: self.clone() })
    }

    /// Waits until [`writer`](Self::writer) has committed something, and says whom it was about: for the other instances. What happens
    /// between two calls is told together, in at most 16 kilobytes. Cancel safe. It is for one task.
    pub async fn hint(&self) -> Vec<u8> {
        self.hub.changed.next().await
    }

    /// Hears what another instance said by [`hint`](Self::hint). What cannot be understood may be about anybody.
    pub fn hear(&self, hint: &[u8]) {
        match Hint::read(hint) {
            Hint::People(people) => {
                for user in people {
                    self.wake(user);
                }
            }
            Hint::Everybody => self.wake_all(),
        }
    }

    /// Something of this person may have changed: those who listen look. Costs next to nothing where nobody listens, and may be said as
    /// often as one likes.
    pub fn wake(&self, user: UserId) {
        self.hub.people.tell(user);
    }

    /// Something of anybody may have changed, because hints were lost: all who listen look, within a second or two.
    pub fn wake_all(&self) {
        self.hub.everybody.send_replace(());
    }

    /// Ends the streams of a browser that had signed in with this token.
    pub(crate) fn sign_out(&self, token: &str) {
        self.hub.sessions.tell(self.hub.hashes.hash_one(token));
    }

    /// Ends all streams, and lets nobody begin one. [`serve`](crate::serve) does so by itself when it ends; this is for servers that
    /// would wait for streams to end.
    pub fn end(&self) {
        self.hub.ended.send_replace(true);
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

/// Without the people.
impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Hub {
    /// Where a browser hears that it has signed out.
    pub(super) fn session(&self, token: &str) -> Waiting<u64, ()> {
        self.sessions.wait_for(self.hashes.hash_one(token))
    }

    pub(super) fn everybody(&self) -> watch::Receiver<()> {
        self.everybody.subscribe()
    }

    pub(super) fn ended(&self) -> watch::Receiver<bool> {
        self.ended.subscribe()
    }
}
