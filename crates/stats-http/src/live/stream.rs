//! One stream, from its beginning to its end.

use std::error::Error;
use std::future::pending;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use stats_store::{AsOf, StoreError};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{info, warn};
use workout_events::UserId;

use super::door::Door;
use super::figures;
use super::frame::{self, KEEP_ALIVE};
use super::hub::{Hub, Limits};
use super::look::{Look, Looks, Seen};
use super::mark::{self, Unknown};
use super::news::News;
use super::open::Listener;
use super::resume::{Recount, Step};
use super::state::State;
use super::topic::Waiting;
use crate::limit::Place;
use crate::problem::Code;
use crate::serve::Line;

/// What a stream needs. It holds its place as long as it runs.
pub(super) struct Stream {
    pub(super) limits: Limits,
    pub(super) hub: Arc<Hub>,
    pub(super) waiting: Waiting<UserId, Looks>,
    /// Hints may have been lost.
    pub(super) everybody: watch::Receiver<()>,
    /// Whoever listens by a cookie may sign out.
    pub(super) session: Option<Waiting<u64, ()>>,
    pub(super) last: Option<Result<mark::Place, Unknown>>,
    pub(super) line: Option<Line>,
    pub(super) listener: Listener,
    pub(super) ended: watch::Receiver<bool>,
    pub(super) frames: mpsc::Sender<Bytes>,
    pub(super) place: Place,
    /// Whether it could not look at the store when it did so last.
    pub(super) is_failing: bool,
}

/// Why a stream has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The client has gone away.
    Gone,
    /// The client does not read.
    Slow,
    /// The service ends.
    Ending,
    /// It has lasted long enough.
    Over,
    /// The client may listen no longer.
    Refused(Code),
}

/// Of many changes at once a client is better off asking anew.
const MOST_NEWS: usize = 200;

/// How often somebody's changes are looked at who changes all the time.
const PAUSE: Duration = Duration::from_millis(200);

/// How long a look may take.
const LOOK_WITHIN: Duration = Duration::from_secs(30);

/// When it is looked again at somebody who changes all the time.
const MOVING: Duration = Duration::from_secs(1);

/// So long a client waits for its turn to have facts counted again, and so long for that. After it a snapshot says less at once.
const TURN_WITHIN: Duration = Duration::from_secs(2);
const COUNTED_WITHIN: Duration = Duration::from_secs(5);

impl Stream {
    pub(super) async fn run(mut self) {
        let end = self.go().await;
        match end {
            End::Refused(code) => {
                // The stream is over, whether the client reads that or not.
                let _ = self.send(frame::event(&News::end(code), None)).await;
            }
            End::Slow => {
                // What the client does not read keeps its connection from ending.
                if let Some(line) = &self.line {
                    line.cut();
                }
            }
            End::Gone | End::Ending | End::Over => {}
        }
        figures::ended(end.name());
        drop(self.place);
    }

    async fn go(&mut self) -> End {
        let Err(end) = self.follow().await;
        end
    }

    /// Never ends well.
    async fn follow(&mut self) -> Result<std::convert::Infallible, End> {
        let begun = Instant::now();
        // A thousand clients of an instance that ended do not come back at once.
        self.send(frame::retry(1_000 + share(4_000))).await?;
        let mut seen = None;
        let until = self.listener.door.as_ref().and_then(Door::until);
        let mut next_look = Instant::now();
        let mut next_keep_alive = begun + self.limits.keep_alive_every;
        let mut next_check = begun + self.limits.check_every;
        // Those who wake everybody may do so faster than anybody looks, and not all streams look at the same time.
        let mut is_spread = false;
        loop {
            tokio::select! {
                biased;
                () = self.frames.closed() => return Err(End::Gone),
                () = ending(&mut self.ended, self.line.as_mut()) => return Err(End::Ending),
                () = signed_out(self.session.as_mut()) => return Err(End::Refused(Code::Unauthenticated)),
                () = expired(until) => return Err(End::Refused(Code::ExpiredToken)),
                () = sleep_until(begun + self.limits.at_most) => return Err(End::Over),
                () = sleep_until(next_check) => {
                    self.check().await?;
                    next_check = Instant::now() + self.limits.check_every;
                }
                () = sleep_until(next_look) => {
                    // What comes from here on is a reason to look again.
                    let (found, again) = self.look(&mut seen).await?;
                    (next_look, is_spread) = (Instant::now() + again, false);
                    sleep(PAUSE).await;
                    // Until now those who look at the same time have found it there.
                    drop(found);
                }
                () = self.waiting.word() => next_look = Instant::now(),
                // The sender lives as long as the hub does.
                _ = self.everybody.changed() => {
                    if !std::mem::replace(&mut is_spread, true) {
                        next_look = next_look.min(Instant::now() + Duration::from_millis(share(2_000)));
                    }
                }
                () = sleep_until(next_keep_alive) => {
                    self.send(KEEP_ALIVE.to_owned()).await?;
                    next_keep_alive = Instant::now() + self.limits.keep_alive_every;
                }
            }
        }
    }

    async fn check(&self) -> Result<(), End> {
        let Some(door) = &self.listener.door else { return Ok(()) };
        door.refuses().await.map_or(Ok(()), |code| Err(End::Refused(code)))
    }

    /// Tells what is new, and says when to look again. A store that fails is asked again later: the client has lost nothing by that.
    async fn look(&mut self, seen: &mut Option<Arc<State>>) -> Result<(Option<Arc<Seen>>, Duration), End> {
        let usual = half_to_double(self.limits.look_every);
        let looked = timeout(LOOK_WITHIN, self.news(seen.as_deref())).await;
        let looked = looked.unwrap_or_else(|_| Err(StoreError::other("it takes too long")));
        if self.is_failing != looked.is_err() {
            self.is_failing = looked.is_err();
            if let Err(error) = &looked {
                warn!(error = error as &dyn Error, "a stream cannot look at the store");
            } else {
                info!("a stream can look at the store again");
            }
        }
        match looked {
            Ok(Told::Nothing) => Ok((None, usual)),
            Ok(Told::News(found, steps)) => {
                self.tell(&found.state, steps).await?;
                *seen = Some(Arc::clone(&found.state));
                Ok((Some(found), usual))
            }
            Ok(Told::Moving(as_of)) => {
                // Without an id: whoever comes back goes on from what was told before.
                self.send(frame::event(&News::snapshot(as_of), None)).await?;
                Ok((None, MOVING.min(usual)))
            }
            Err(_) => {
                figures::failed();
                Ok((None, usual))
            }
        }
    }

    /// What there is, and what is to be told of it.
    async fn news(&self, seen: Option<&State>) -> Result<Told, StoreError> {
        let found = match self.waiting.shared.look(&self.listener, &self.hub.looking, seen).await? {
            Look::Same => return Ok(Told::Nothing),
            Look::Moving(as_of) => return Ok(Told::Moving(as_of)),
            Look::Seen(found) => found,
        };
        let steps = match seen {
            None => self.since_last(&found).await?,
            Some(seen) => {
                let mut step = Step::new(seen, &found, 0);
                // Another day, and nothing else.
                if seen.as_of == found.state.as_of && step.news.len() == 1 {
                    step.told = 1;
                }
                Some(vec![step])
            }
        };
        Ok(Told::News(found, steps))
    }

    /// What has happened since the client was here, if it was and says so, and if that can be found out soon.
    async fn since_last(&self, now: &Arc<Seen>) -> Result<Option<Vec<Step>>, StoreError> {
        let Some(Ok(place)) = self.last else { return Ok(None) };
        let Listener { reader, user, now: clock, .. } = &self.listener;
        let recount = Recount { place, now: Arc::clone(now), reader: Arc::clone(reader), user: *user, at: clock() };
        if recount.misses_nothing() {
            return Ok(Some(Vec::new()));
        }
        if !recount.may_be_known() {
            return Ok(None);
        }
        let (own, all) = (Arc::clone(&self.waiting.shared.counting), Arc::clone(&self.hub.counting));
        let turn = async { (own.acquire_owned().await, all.acquire_owned().await) };
        let Ok(turn) = timeout(TURN_WITHIN, turn).await else { return Ok(None) };
        // Counting does not end when nobody waits for it, and its place is taken until it does.
        let waiting = self.hub.people.wait_for(*user);
        let counting = tokio::spawn(async move {
            let _until_counted = (turn, waiting);
            recount.steps().await
        });
        match timeout(COUNTED_WITHIN, counting).await {
            Ok(counted) => counted.map_err(StoreError::other)?,
            Err(_) => Ok(None),
        }
    }

    async fn tell(&self, state: &State, steps: Option<Vec<Step>>) -> Result<(), End> {
        let few = |steps: &Vec<Step>| steps.iter().map(|step| step.news.len()).sum::<usize>() <= MOST_NEWS;
        let Some(steps) = steps.filter(few) else {
            let place = Some(mark::Place::At(state.mark()));
            return self.send(frame::event(&News::snapshot(state.as_of), place)).await;
        };
        for (news, place) in steps.iter().flat_map(Step::left) {
            self.send(frame::event(news, Some(place))).await?;
        }
        Ok(())
    }

    async fn send(&self, text: String) -> Result<(), End> {
        match timeout(self.limits.taken_within, self.frames.send(text.into())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Slow),
        }
    }
}

/// What a look has come to.
enum Told {
    Nothing,
    /// What there is, and how it came to that, where that is known.
    News(Arc<Seen>, Option<Vec<Step>>),
    Moving(AsOf),
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Slow => "slow",
            Self::Ending => "ending",
            Self::Over => "over",
            Self::Refused(_) => "refused",
        }
    }
}

async fn ending(ended: &mut watch::Receiver<bool>, line: Option<&mut Line>) {
    let line = async {
        match line {
            Some(line) => line.ending().await,
            None => pending().await,
        }
    };
    tokio::select! {
        // Without a hub there is nothing to wait for either.
        _ = ended.wait_for(|ended| *ended) => {}
        () = line => {}
    }
}

async fn signed_out(session: Option<&mut Waiting<u64, ()>>) {
    match session {
        Some(session) => session.word().await,
        None => pending().await,
    }
}

async fn expired(until: Option<SystemTime>) {
    match until {
        // By the clock that the token is about, looked at again and again because it may be set.
        Some(until) => {
            while let Ok(left) = until.duration_since(SystemTime::now()) {
                sleep(left.min(Duration::from_mins(1))).await;
            }
        }
        None => pending().await,
    }
}

/// A number below this one, by chance.
fn share(of: u64) -> u64 {
    RandomState::new().hash_one(()) % of
}

/// Between a half and one and a half of it.
fn half_to_double(time: Duration) -> Duration {
    time / 2 + time.mul_f64(f64::from(u32::try_from(share(1_000)).unwrap_or(0)) / 1_000.0)
}
