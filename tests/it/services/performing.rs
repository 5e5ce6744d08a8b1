//! People who train, as clients of a service.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use support::http::{self, Answer};
use support::wait;
use tokio::task::JoinSet;
use workout_events::jiff::Timestamp;
use workout_events::{Moment, UserId, WorkoutId};

use super::LIMIT;

/// The body of a request: half an hour that ended so many seconds after some day.
pub(super) fn workout(user: UserId, ended: i64) -> Value {
    let moment = |second: i64| Moment::from(Timestamp::from_second(1_760_000_000 + second).unwrap());
    json!({
        "user_id": user,
        "source": { "name": "test" },
        "activity_type": "running",
        "started_at": moment(ended - 1_800),
        "ended_at": moment(ended),
        "time_zone": "Europe/Berlin",
        "energy_kcal": 300,
    })
}

/// Several people who perform one workout after the other at a service that may be killed meanwhile. Who gets no answer, or
/// is told to try again, sends the same again.
pub(super) struct Crowd {
    url: Arc<Mutex<String>>,
    enough: Arc<AtomicBool>,
    performed: Arc<AtomicUsize>,
    people: JoinSet<Seen>,
}

/// What a person of the crowd has seen.
pub(super) struct Seen {
    pub(super) user: UserId,
    /// Requests that were answered with success; each is another workout.
    pub(super) performed: usize,
    /// Requests that had to be sent again.
    pub(super) repeated: usize,
}

impl Crowd {
    pub(super) fn of(people: usize, url: &str) -> Self {
        let (url, enough) = (Arc::new(Mutex::new(url.to_owned())), Arc::new(AtomicBool::new(false)));
        let mut crowd = Self { url, enough, performed: Arc::default(), people: JoinSet::new() };
        for _ in 0..people {
            let (url, enough, all) = (&crowd.url, &crowd.enough, &crowd.performed);
            crowd.people.spawn(train(Arc::clone(url), Arc::clone(enough), Arc::clone(all)));
        }
        crowd
    }

    /// Where the service is now.
    pub(super) fn follow(&self, url: &str) {
        url.clone_into(&mut self.url.lock().unwrap());
    }

    /// Waits until some more workouts are performed.
    pub(super) async fn gets_on(&self) {
        let before = self.performed.load(Ordering::Relaxed);
        let more = || async { self.performed.load(Ordering::Relaxed) > before + 20 };
        wait::until("the crowd gets on", LIMIT, more).await;
    }

    /// Everybody finishes the workout they are at.
    pub(super) async fn ends(self) -> Vec<Seen> {
        self.enough.store(true, Ordering::Relaxed);
        self.people.join_all().await
    }
}

async fn train(url: Arc<Mutex<String>>, enough: Arc<AtomicBool>, all: Arc<AtomicUsize>) -> Seen {
    let (user, mut performed, asked) = (UserId::generate(), 0, AtomicUsize::new(0));
    while !enough.load(Ordering::Relaxed) {
        let (workout, body) = (WorkoutId::generate(), workout(user, i64::try_from(performed).unwrap()));
        wait::until("the workout is performed", LIMIT, || {
            asked.fetch_add(1, Ordering::Relaxed);
            let (to, body) = (format!("{}/workout/{workout}/perform", url.lock().unwrap()), &body);
            async move {
                // Nobody is there, or it is not known to be stored.
                let again = |answer: &Answer| answer.status == 503;
                let Some(answer) = http::post(&to, body).await.ok().filter(|answer| !again(answer)) else {
                    return false;
                };
                assert_eq!(answer.status, 200, "{answer:?}");
                true
            }
        })
        .await;
        performed += 1;
        all.fetch_add(1, Ordering::Relaxed);
    }
    Seen { user, performed, repeated: asked.into_inner() - performed }
}
