//! Around a handler: a panic and too much time are failures like others.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::handler::Failure;
use crate::read::panic_text;

/// A handler panicked.
#[derive(Debug, thiserror::Error)]
#[error("the handler panicked: {0}")]
struct Panicked(String);

/// A handler took too long.
#[derive(Debug, thiserror::Error)]
#[error("the handler took longer than {} ms and was cut short", .0.as_millis())]
struct TooLong(Duration);

/// How an attempt ended, for the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Answered,
    Panicked,
    TooLong,
}

/// Waits for the handler, at most until the deadline. What it leaves undone is dropped then.
pub(super) async fn guarded<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, Failure>>,
) -> (Result<T, Failure>, Ended) {
    let mut work = Box::pin(work);
    // What a panic leaves behind is dropped, and nobody looks at it again.
    let caught = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(answer)) => Poll::Ready((answer, Ended::Answered)),
        Err(panic) => Poll::Ready((Err(Failure::retry(Panicked(panic_text(&*panic)))), Ended::Panicked)),
    });
    let ended = match timeout_at(Instant::now() + limit, caught).await {
        Ok(ended) => ended,
        Err(_) => (Err(Failure::retry(TooLong(limit))), Ended::TooLong),
    };
    // A handler that is cut short may panic while it is dropped, too.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(work)));
    ended
}
