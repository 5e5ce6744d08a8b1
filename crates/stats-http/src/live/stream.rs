//! One stream, from its beginning to its end.

use std::error::Error;
use std::future::pending;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use stats_store::{Performed, StoreError};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{info, warn};

use super::door::Door;
use super::figures;
use super::frame::{self, KEEP_ALIVE};
use super::hub::{Hub, Limits, Waiting};
use super::mark::{self, Unknown};
use super::news::News;
use super::open::Listener;
use super::resume::{Step, since};
use super::state::State;
use crate::limit::Place;
use crate::problem::Code;
use crate::serve::Line;

/// What a stream needs. It holds its place as long as it runs.
pub(super) struct Stream {
    pub(super) limits: Limits,
    pub(super) hub: Arc<Hub>,
    pub(super) waiting: Waiting,
    pub(super) last: Option<Result<mark::Place, Unknown>>,
    pub(super) line: Option<Line>,
    pub(super) listener: Listener,
    pub(super) ended: watch::Receiver<bool>,
    pub(super) frames: mpsc::Sender<Bytes>,
    pub(super) place: Place,
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
        loop {
            tokio::select! {
                biased;
                () = self.frames.closed() => return Err(End::Gone),
                () = ending(&mut self.ended, self.line.as_mut()) => return Err(End::Ending),
                () = expired(until) => return Err(End::Refused(Code::ExpiredToken)),
                () = sleep_until(begun + self.limits.at_most) => return Err(End::Over),
                () = sleep_until(next_check) => {
                    self.check().await?;
                    next_check = Instant::now() + self.limits.check_every;
                }
                () = sleep_until(next_look) => {
                    // What comes from here on is a reason to look again.
                    self.look(&mut seen).await?;
                    next_look = Instant::now() + half_to_double(self.limits.look_every);
                    sleep(PAUSE).await;
                }
                everybody = self.waiting.hint() => {
                    let wait = if everybody { Duration::from_millis(share(2_000)) } else { Duration::ZERO };
                    next_look = next_look.min(Instant::now() + wait);
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

    /// Tells what is new. A store that fails is asked again later: the client has lost nothing by that.
    async fn look(&mut self, seen: &mut Option<State>) -> Result<(), End> {
        let looked = timeout(LOOK_WITHIN, self.news(seen.as_ref())).await;
        let failed = match looked {
            Ok(Ok(None)) => None,
            Ok(Ok(Some((state, told)))) => {
                self.tell(told, &state).await?;
                *seen = Some(state);
                None
            }
            Ok(Err(error)) => Some(error),
            Err(_) => Some(StoreError::other("it takes too long")),
        };
        if self.hub.is_failing(failed.is_some()) {
            if let Some(error) = failed {
                warn!(error = &error as &dyn Error, "streams cannot look at the store");
            } else {
                info!("streams can look at the store again");
            }
        }
        Ok(())
    }

    /// What there is, and what is to be told of it. Nothing where nothing has changed.
    async fn news(&mut self, seen: Option<&State>) -> Result<Option<(State, Told)>, StoreError> {
        let Listener { reader, user, now, .. } = &self.listener;
        if let Some(seen) = seen {
            if reader.lifetime(*user).await?.as_of == seen.as_of {
                return Ok(None);
            }
            let (state, workouts) = State::read(&**reader, *user, now()).await?;
            let step = Step::new(seen, &state, &workouts, 0);
            return Ok(Some((state, Told::News(vec![step]))));
        }
        let (state, workouts) = State::read(&**reader, *user, now()).await?;
        let steps = self.since_last(&state, &workouts).await?;
        let told = steps.map_or(Told::Snapshot, Told::News);
        Ok(Some((state, told)))
    }

    /// What has happened since the client was here, if it was and says so.
    async fn since_last(&self, state: &State, workouts: &[Performed]) -> Result<Option<Vec<Step>>, StoreError> {
        let Some(Ok(last)) = self.last else { return Ok(None) };
        let Listener { reader, user, now, .. } = &self.listener;
        // Nobody closes it.
        let _counting = self.hub.counting.acquire().await;
        since(last, state, workouts, &**reader, *user, now()).await
    }

    async fn tell(&self, told: Told, state: &State) -> Result<(), End> {
        let steps = match told {
            Told::News(steps) if steps.iter().map(|step| step.news.len()).sum::<usize>() <= MOST_NEWS => steps,
            Told::News(_) | Told::Snapshot => {
                let snapshot = News::snapshot(state);
                return self.send(frame::event(&snapshot, Some(mark::Place::At(state.mark())))).await;
            }
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
    News(Vec<Step>),
    Snapshot,
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
