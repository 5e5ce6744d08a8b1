//! Questions about people, gathered: one read answers many of them.
//!
//! Who asks while a read is under way waits for the next one, which answers everybody who has asked by then. Nobody is
//! given an answer of a read that began before they asked, so whatever is committed before a question is in its answer,
//! whichever process has committed it. Nothing is kept that could become stale.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;
use uuid::Uuid;

use crate::error::StoreError;

/// Knows many answers at once.
pub(crate) trait Source: Send + Sync + 'static {
    type Value: Clone + Send + 'static;

    /// What reads that follow one another need only once, such as a connection.
    type Session: Default + Send;

    /// What is known of these people. Of whom nothing is known is left out.
    fn read(&self, session: &mut Self::Session, people: &[Uuid]) -> impl Future<Output = Found<Self::Value>> + Send;
}

pub(crate) type Found<V> = Result<HashMap<Uuid, V>, StoreError>;

/// Gathers questions for a source.
pub(crate) struct Gather<S: Source>(Arc<Inner<S>>);

struct Inner<S: Source> {
    source: S,
    state: Mutex<State<S::Value>>,
}

struct State<V> {
    waiting: VecDeque<Asked<V>>,
    under_way: usize,
    /// When the last read began.
    began: Instant,
}

/// A question, and who waits for its answer.
struct Asked<V> {
    person: Uuid,
    answer: oneshot::Sender<Result<Option<V>, StoreError>>,
}

/// How many reads are under way at a time.
const READS: usize = 3;

/// A read that takes longer does not hold up those who come after it: another one begins beside it. Until then it is better to
/// wait for it, since the next one answers more of them.
const PATIENCE: Duration = Duration::from_millis(20);

/// How many questions a read answers: more would make everybody wait for the last one.
const TOGETHER: usize = 256;

impl<S: Source> Gather<S> {
    pub(crate) fn new(source: S) -> Self {
        let state = State { waiting: VecDeque::new(), under_way: 0, began: Instant::now() };
        Self(Arc::new(Inner { source, state: Mutex::new(state) }))
    }

    /// What is known of this person now, if anything.
    ///
    /// Whoever no longer waits holds nothing up: reads are done in tasks of their own.
    pub(crate) async fn ask(&self, person: Uuid) -> Result<Option<S::Value>, StoreError> {
        let (answer, answered) = oneshot::channel();
        if self.0.ask(Asked { person, answer }) {
            tokio::spawn(Reading { inner: Arc::clone(&self.0), is_over: false }.run());
        }
        if let Ok(found) = answered.await {
            return found;
        }
        // Whoever read is gone, as when the runtime that it was of has ended.
        let found = self.0.source.read(&mut S::Session::default(), &[person]).await;
        found.map(|mut found| found.remove(&person))
    }
}

impl<S: Source> Inner<S> {
    /// Whether somebody has to begin a read.
    fn ask(&self, asked: Asked<S::Value>) -> bool {
        let mut state = self.lock();
        state.waiting.push_back(asked);
        let is_held_up = || state.waiting.len() >= TOGETHER || state.began.elapsed() >= PATIENCE;
        let begins = state.under_way == 0 || state.under_way < READS && is_held_up();
        if begins {
            state.under_way += 1;
            state.began = Instant::now();
        }
        begins
    }

    fn lock(&self) -> MutexGuard<'_, State<S::Value>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the reads under way, as long as this lives.
struct Reading<S: Source> {
    inner: Arc<Inner<S>>,
    is_over: bool,
}

impl<S: Source> Reading<S> {
    async fn run(mut self) {
        let mut session = S::Session::default();
        loop {
            // Whose request has arrived already is about to ask.
            tokio::task::yield_now().await;
            let Some(asked) = self.next() else { return };
            let mut people: Vec<_> = asked.iter().map(|asked| asked.person).collect();
            people.sort_unstable();
            people.dedup();
            if !people.is_empty() {
                tell(asked, self.inner.source.read(&mut session, &people).await);
            }
        }
    }

    /// The questions that are read for next. `None` ends this reading, at a moment when nobody waits.
    fn next(&mut self) -> Option<Vec<Asked<S::Value>>> {
        let mut state = self.inner.lock();
        if state.waiting.is_empty() {
            state.under_way -= 1;
            self.is_over = true;
            return None;
        }
        state.began = Instant::now();
        let count = state.waiting.len().min(TOGETHER);
        let asked = state.waiting.drain(..count);
        Some(asked.filter(|asked| !asked.answer.is_closed()).collect())
    }
}

/// It was cut off. Who waits is told by the end of the channel, and reads alone.
impl<S: Source> Drop for Reading<S> {
    fn drop(&mut self) {
        if !self.is_over {
            let mut state = self.inner.lock();
            state.under_way -= 1;
            if state.under_way == 0 {
                state.waiting.clear();
            }
        }
    }
}

fn tell<V: Clone>(asked: Vec<Asked<V>>, found: Found<V>) {
    // Whoever went away meanwhile is not told, here and below.
    match found {
        Ok(found) => {
            for Asked { person, answer } in asked {
                let _ = answer.send(Ok(found.get(&person).cloned()));
            }
        }
        Err(error) => {
            let error = Arc::new(error);
            for Asked { answer, .. } in asked {
                let _ = answer.send(Err(StoreError::shared(&error)));
            }
        }
    }
}

impl<S: Source> fmt::Debug for Gather<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gather")
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Semaphore;
    use tokio::time::{advance, timeout};

    use super::*;
    use crate::error::Kind;

    /// What is read is how much was written when the read began, and a read ends when it is let go.
    #[derive(Clone)]
    struct Place {
        written: Arc<Mutex<u64>>,
        let_go: Arc<Semaphore>,
        reads: Arc<Mutex<Vec<usize>>>,
    }

    impl Source for Place {
        type Value = u64;
        type Session = ();

        async fn read(&self, (): &mut (), people: &[Uuid]) -> Found<u64> {
            let now = *self.written.lock().expect("no panic");
            self.reads.lock().expect("no panic").push(people.len());
            self.let_go.acquire().await.map_err(|_| Kind::Corrupt("closed"))?.forget();
            Ok(people.iter().map(|person| (*person, now)).collect())
        }
    }

    /// The place, and a gathering of questions about it.
    struct Asking(Place, Arc<Gather<Place>>);

    impl Asking {
        fn new() -> Self {
            let place = Place { written: Arc::default(), let_go: Arc::new(Semaphore::new(0)), reads: Arc::default() };
            Self(place.clone(), Arc::new(Gather::new(place)))
        }

        fn write(&self) {
            *self.0.written.lock().expect("no panic") += 1;
        }

        fn let_go(&self, reads: usize) {
            self.0.let_go.add_permits(reads);
        }

        /// About how many people each read was.
        fn reads(&self) -> Vec<usize> {
            self.0.reads.lock().expect("no panic").clone()
        }

        /// Asks, and comes back when the question is known.
        async fn ask(&self, person: u128) -> tokio::task::JoinHandle<Result<Option<u64>, StoreError>> {
            let gather = Arc::clone(&self.1);
            let asking = tokio::spawn(async move { gather.ask(Uuid::from_u128(person)).await });
            turns().await;
            asking
        }

        async fn under_way(&self) -> usize {
            turns().await;
            self.1.0.lock().under_way
        }
    }

    /// On one thread, everything that can go on has gone on after a few of them.
    async fn turns() {
        for _ in 0..5 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_of_a_read_that_began_after_the_question() {
        let asking = Asking::new();
        let first = asking.ask(1).await;
        asking.write();
        let later = [asking.ask(1).await, asking.ask(2).await, asking.ask(1).await];
        assert_eq!(asking.reads(), [1], "the others wait for the next read");
        asking.let_go(2);
        assert_eq!(first.await.expect("no panic").expect("no error"), Some(0));
        for later in later {
            assert_eq!(later.await.expect("no panic").expect("no error"), Some(1));
        }
        assert_eq!(asking.reads(), [1, 2], "three questions about two people are one read");
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_takes_long_holds_up_nobody_who_comes_later() {
        let asking = Asking::new();
        let _stuck = asking.ask(1).await;
        let waiting = asking.ask(2).await;
        advance(PATIENCE).await;
        asking.write();
        let later = asking.ask(3).await;
        assert_eq!(asking.reads(), [1, 2], "whoever waited is taken along");
        asking.let_go(2);
        for asked in [waiting, later] {
            assert_eq!(asked.await.expect("no panic").expect("no error"), Some(1));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_no_longer_waits_stops_nobody() {
        let asking = Asking::new();
        let (first, second, third) = (asking.ask(1).await, asking.ask(2).await, asking.ask(3).await);
        for gone in [first, second] {
            gone.abort();
            assert!(gone.await.expect_err("it was cut off").is_cancelled());
        }
        asking.let_go(2);
        assert_eq!(third.await.expect("no panic").expect("no error"), Some(0));
        assert_eq!(asking.reads(), [1, 1], "nobody reads for those who are gone");
        assert_eq!(asking.under_way().await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_told_to_everybody_whom_it_concerns() {
        let asking = Asking::new();
        let asked = [asking.ask(1).await, asking.ask(2).await, asking.ask(3).await];
        asking.0.let_go.close();
        for asked in asked {
            let error = asked.await.expect("no panic").expect_err("the read failed");
            assert!(error.to_string().contains("closed"), "{error}");
        }
        assert_eq!(asking.under_way().await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_a_read_answers_is_answered_by_the_next_ones() {
        let asking = Asking::new();
        let mut asked = Vec::new();
        for person in 0..1_000 {
            asked.push(asking.ask(person).await);
        }
        asking.let_go(100);
        for asked in asked {
            assert_eq!(asked.await.expect("no panic").expect("no error"), Some(0));
        }
        assert!(asking.reads().iter().all(|people| *people <= TOGETHER), "{:?}", asking.reads());
        assert!(asking.reads().len() <= 7, "{:?}", asking.reads());
    }

    #[test]
    fn a_runtime_that_ends_takes_nobody_of_another_one_with_it() {
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (ending, staying) = (runtime(), runtime());
        let asking = Asking::new();
        let first = ending.block_on(asking.ask(1));
        let waiting = staying.block_on(asking.ask(3));
        drop(ending);
        drop(first);
        asking.let_go(1);
        let answer = staying.block_on(async { timeout(Duration::from_secs(10), waiting).await });
        assert_eq!(answer.expect("in time").expect("no panic").expect("no error"), Some(0));
    }
}
