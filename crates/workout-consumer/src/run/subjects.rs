//! One at a time of those that are about the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Who comes after whom.
#[derive(Debug, Clone, Default)]
pub(super) struct Subjects(Arc<Mutex<HashMap<String, Last>>>);

/// The last one in the line of a subject.
#[derive(Debug)]
struct Last {
    number: u64,
    done: oneshot::Receiver<()>,
}

/// A place in a line. Dropping it lets the next one go.
#[derive(Debug)]
pub(super) struct Turn {
    subjects: Subjects,
    subject: String,
    number: u64,
    before: Option<oneshot::Receiver<()>>,
    _done: oneshot::Sender<()>,
}

impl Subjects {
    /// A place behind all that are about the same.
    pub(super) fn line_up(&self, subject: &str) -> Turn {
        let (sender, done) = oneshot::channel();
        let mut lines = self.lock();
        let number = lines.get(subject).map_or(0, |last| last.number + 1);
        let before = lines.insert(subject.to_owned(), Last { number, done }).map(|last| last.done);
        Turn { subjects: self.clone(), subject: subject.to_owned(), number, before, _done: sender }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Last>> {
        // No code panics under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Waits until the one before is gone. That is told by the end of its channel, which says nothing.
    pub(super) async fn come(&mut self) {
        if let Some(before) = self.before.take() {
            let _ = before.await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut lines = self.subjects.lock();
        if lines.get(&self.subject).is_some_and(|last| last.number == self.number) {
            lines.remove(&self.subject);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    async fn waits(turn: &mut Turn) -> bool {
        let mut come = pin!(turn.come());
        poll_fn(|context| Poll::Ready(come.as_mut().poll(context).is_pending())).await
    }

    #[tokio::test]
    async fn each_waits_for_the_one_before_it_and_for_no_other() {
        let subjects = Subjects::default();
        let (mut first, mut second, mut third) = (subjects.line_up("a"), subjects.line_up("a"), subjects.line_up("a"));
        let mut other = subjects.line_up("b");
        assert!(!waits(&mut first).await && !waits(&mut other).await);
        drop(other);
        let mut second_waits = Box::pin(second.come());
        assert!(poll_fn(|context| Poll::Ready(second_waits.as_mut().poll(context).is_pending())).await);
        drop(first);
        second_waits.await;
        drop(second);
        third.come().await;
        drop(third);
        assert!(subjects.lock().is_empty(), "nothing is left of a line that has ended");
    }
}
