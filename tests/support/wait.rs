//! Waiting for a condition: never for ever, and never for a fixed time.
//!
//! Every wait looks at once, then after growing pauses, and ends at its limit. A condition that hangs is cut off at the
//! limit as well.

use std::panic::Location;
use std::thread;
use std::time::{Duration, Instant};

/// Waits until `condition` is true.
///
/// # Panics
///
/// After `limit`, naming `what` was waited for and where.
#[track_caller]
pub fn until<F, Fut>(what: &str, limit: Duration, mut condition: F) -> impl Future<Output = ()>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = bool>,
{
    value(what, limit, move || {
        let holds = condition();
        async move { holds.await.then_some(()) }
    })
}

/// Waits until `attempt` gives a value, and returns it.
///
/// # Panics
///
/// After `limit`, naming `what` was waited for and where.
#[track_caller]
pub fn value<T, F, Fut>(what: &str, limit: Duration, attempt: F) -> impl Future<Output = T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    // Taken outside of the future: inside of it the caller is the executor.
    let caller = Location::caller();
    async move {
        let Some(value) = poll(limit, attempt).await else {
            panic!("waited {limit:?} in vain at {caller}: {what}");
        };
        value
    }
}

/// Like [`value`], but the caller decides what the end of the limit means.
pub async fn poll<T, F, Fut>(limit: Duration, mut attempt: F) -> Option<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let attempts = async {
        let mut pauses = pauses();
        loop {
            if let Some(value) = attempt().await {
                return value;
            }
            tokio::time::sleep(pauses()).await;
        }
    };
    tokio::time::timeout(limit, attempts).await.ok()
}

/// Like [`poll`] for code that is not async, above all for `Drop`.
pub fn poll_blocking<T>(limit: Duration, mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    let mut pauses = pauses();
    loop {
        let value = attempt();
        if value.is_some() || Instant::now() >= end {
            return value;
        }
        thread::sleep(pauses());
    }
}

/// 5 ms doubling up to 200 ms: quick for what is nearly there, cheap for a server that takes seconds.
fn pauses() -> impl FnMut() -> Duration {
    let mut next = Duration::from_millis(5);
    move || {
        let pause = next;
        next = (next * 2).min(Duration::from_millis(200));
        pause
    }
}
