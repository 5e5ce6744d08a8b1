//! People who perform workouts, and remember what they were told.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use support::{http, wait};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::Outcome;

/// How many perform workouts at the same time, and for how many people each.
const WORKERS: usize = 4;
const PEOPLE: usize = 5;

/// Each worker begins a workout this often, unless the one before takes longer.
const PACE: Duration = Duration::from_millis(100);

/// How long somebody may wait for an answer while everything is restarted.
const PATIENCE: Duration = Duration::from_mins(2);

/// Who has performed how many workouts, and which was the last.
pub(crate) type Ledger = BTreeMap<String, Performed>;

/// What one person has performed, as far as it was confirmed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Performed {
    pub(crate) workouts: usize,
    pub(crate) last: String,
}

/// People at work.
pub(crate) struct Crowd {
    working: JoinSet<Outcome>,
    shared: Arc<Shared>,
}

struct Shared {
    urls: Vec<String>,
    ledger: Mutex<Ledger>,
    confirmed: AtomicUsize,
    ends: AtomicBool,
}

impl Crowd {
    /// Performs workouts at these services in turn, until [`Crowd::end`].
    pub(crate) fn begin(urls: &[String]) -> Outcome<Self> {
        let shared = Shared {
            urls: urls.to_vec(),
            ledger: Mutex::default(),
            confirmed: AtomicUsize::new(0),
            ends: AtomicBool::new(false),
        };
        let (shared, mut working) = (Arc::new(shared), JoinSet::new());
        for _ in 0..WORKERS {
            let people = (0..PEOPLE).map(|_| uuid()).collect::<Outcome<Vec<_>>>()?;
            working.spawn(work(Arc::clone(&shared), people));
        }
        Ok(Self { working, shared })
    }

    /// How many workouts were confirmed so far.
    pub(crate) fn confirmed(&self) -> usize {
        self.shared.confirmed.load(Ordering::SeqCst)
    }

    /// Waits until so many more were confirmed.
    pub(crate) async fn performs(&mut self, more: usize) -> Outcome {
        let (wanted, shared) = (self.confirmed() + more, Arc::clone(&self.shared));
        let enough =
            wait::poll(PATIENCE, || async { (shared.confirmed.load(Ordering::SeqCst) >= wanted).then_some(()) });
        tokio::select! {
            enough = enough => enough.ok_or_else(|| format!("{more} more workouts are not confirmed in {PATIENCE:?}")),
            Some(ended) = self.working.join_next() => ended.map_err(|error| error.to_string()).flatten(),
        }
    }

    /// What they have performed, once all of them have their last answer.
    pub(crate) async fn end(mut self) -> Outcome<Ledger> {
        self.shared.ends.store(true, Ordering::SeqCst);
        while let Some(ended) = self.working.join_next().await {
            ended.map_err(|error| error.to_string()).flatten()?;
        }
        Ok(self.shared.ledger.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

async fn work(shared: Arc<Shared>, people: Vec<String>) -> Outcome {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for nth in 0.. {
        pace.tick().await;
        if shared.ends.load(Ordering::SeqCst) {
            break;
        }
        let (user, url) = (&people[nth % people.len()], &shared.urls[nth % shared.urls.len()]);
        let workout = uuid()?;
        perform(url, user, &workout, nth / people.len()).await?;
        let mut ledger = shared.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let performed = ledger.entry(user.clone()).or_default();
        *performed = Performed { workouts: performed.workouts + 1, last: workout };
        shared.confirmed.fetch_add(1, Ordering::SeqCst);
    }
    Ok(())
}

/// Asks again until it is confirmed, as every client has to: an answer can get lost. Each workout of a person is later than
/// those before.
pub(crate) async fn perform(url: &str, user: &str, workout: &str, nth: usize) -> Outcome {
    let (month, day, hour) = (1 + nth / (28 * 20), 1 + nth / 20 % 28, nth % 20);
    let body = json!({
        "user_id": user,
        "source": { "name": "trial" },
        "activity_type": "running",
        "started_at": format!("2025-{month:02}-{day:02}T{hour:02}:00:00Z"),
        "ended_at": format!("2025-{month:02}-{day:02}T{hour:02}:30:00Z"),
        "time_zone": "UTC",
    });
    let url = format!("{url}/workout/{workout}/perform");
    let answered = wait::poll(PATIENCE, || async {
        match http::post(&url, &body).await {
            Ok(answer) if answer.status == 200 || answer.status == 202 => Some(Ok(())),
            // Nothing will make it right.
            Ok(answer) if (400..500).contains(&answer.status) && answer.status != 429 => {
                Some(Err(format!("{answer:?}")))
            }
            Ok(_) | Err(_) => None,
        }
    });
    answered.await.ok_or_else(|| format!("{url} confirms nothing in {PATIENCE:?}"))?
}

/// A new one, of the system.
pub(crate) fn uuid() -> Outcome<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/uuid").map_err(|error| format!("no random id: {error}"))?;
    Ok(text.trim().to_owned())
}
