//! Answers that are kept for as long as nothing has changed.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::Uri;
use stats_store::{AsOf, Day};

/// The answers that were given last, each with the moment that it is of.
///
/// An answer is given again at that moment only, and which moment it is was looked up after the request had come. So nobody
/// gets an answer from before a commit that they know of, however many processes write, and nobody has to tell anybody what
/// has changed.
#[derive(Debug)]
pub(crate) struct Answers {
    kept: Mutex<Kept>,
    /// How many bytes a generation may have.
    most: usize,
}

/// A question, as it was asked on a day: the same words mean something else tomorrow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Question {
    said: String,
    today: Day,
}

/// Two generations: when the younger one is full, the older one is let go. What is asked for meanwhile stays.
#[derive(Debug, Default)]
struct Kept {
    young: HashMap<Question, (AsOf, Bytes)>,
    old: HashMap<Question, (AsOf, Bytes)>,
    /// In the younger one.
    bytes: usize,
}

impl Question {
    /// Whom it is about is part of it.
    pub(super) fn new(uri: &Uri, today: Day) -> Self {
        let said = uri.path_and_query().map_or("", |said| said.as_str());
        Self { said: said.to_owned(), today }
    }
}

impl Answers {
    /// So many bytes at most.
    pub(crate) fn new(bytes: usize) -> Self {
        Self { kept: Mutex::default(), most: bytes / 2 }
    }

    /// The answer of this moment.
    pub(super) fn find(&self, question: &Question, as_of: AsOf) -> Option<Bytes> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let of_then = |(then, _): &&(AsOf, Bytes)| *then == as_of;
        if let Some((_, answer)) = kept.young.get(question).filter(of_then) {
            return Some(answer.clone());
        }
        let (_, answer) = kept.old.remove(question).filter(|(then, _)| *then == as_of)?;
        kept.put(question.clone(), as_of, answer.clone(), self.most);
        Some(answer)
    }

    /// What is answered from now on, until something changes.
    pub(super) fn keep(&self, question: Question, as_of: AsOf, answer: Bytes) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).put(question, as_of, answer, self.most);
    }
}

impl Kept {
    fn put(&mut self, question: Question, as_of: AsOf, answer: Bytes, most: usize) {
        let bytes = question.said.len() + answer.len();
        // One long answer is not worth all the others.
        if bytes > most / 8 {
            return;
        }
        if self.bytes + bytes > most {
            self.old = mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += bytes;
        let length = question.said.len();
        if let Some((_, replaced)) = self.young.insert(question, (as_of, answer)) {
            self.bytes -= length + replaced.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use stats_store::StatsStore;
    use stats_store::demo::Story;
    use workout_events::UserId;
    use workout_events::jiff::Timestamp;

    use super::*;

    fn question(said: &str, today: &str) -> Question {
        Question { said: said.to_owned(), today: today.parse().expect("a day") }
    }

    /// The moment before a person is known, and the one after.
    async fn moments() -> [AsOf; 2] {
        let (store, user) = (StatsStore::memory(), UserId::generate());
        let now = async || store.reader().lifetime(user).await.expect("it reads").as_of;
        let before = now().await;
        let _ = store.writer().write(&Story::newcomer(user).facts(Timestamp::now())).await.expect("it writes");
        [before, now().await]
    }

    #[tokio::test]
    async fn an_answer_is_given_again_at_its_moment_and_on_its_day_only() {
        let [before, after] = moments().await;
        assert_ne!(before, after);
        let (answers, asked) = (Answers::new(1_000_000), question("/v1/users/1/totals", "2026-03-01"));
        answers.keep(asked.clone(), before, Bytes::from_static(b"one"));
        assert_eq!(answers.find(&asked, before).as_deref(), Some(&b"one"[..]));
        assert_eq!(answers.find(&asked, after), None);
        assert_eq!(answers.find(&question("/v1/users/1/totals", "2026-03-02"), before), None);
        assert_eq!(answers.find(&question("/v1/users/2/totals", "2026-03-01"), before), None);
        answers.keep(asked.clone(), after, Bytes::from_static(b"two"));
        assert_eq!(answers.find(&asked, before), None);
        assert_eq!(answers.find(&asked, after).as_deref(), Some(&b"two"[..]));
    }

    #[tokio::test]
    async fn what_is_asked_for_stays_in_any_crowd_and_memory_is_bounded() {
        let [moment, _] = moments().await;
        let (answers, ours) = (Answers::new(100_000), question("ours", "2026-03-01"));
        answers.keep(ours.clone(), moment, Bytes::from(vec![0; 1_000]));
        answers.keep(question("endless", "2026-03-01"), moment, Bytes::from(vec![0; 60_000]));
        for stranger in 0..1_000 {
            answers.keep(question(&stranger.to_string(), "2026-03-01"), moment, Bytes::from(vec![0; 1_000]));
            assert!(answers.find(&ours, moment).is_some(), "after {stranger} others");
            let kept = answers.kept.lock().expect("no panic");
            let all = kept.young.iter().chain(&kept.old);
            assert!(all.map(|(question, (_, answer))| question.said.len() + answer.len()).sum::<usize>() <= 100_000);
        }
        assert_eq!(answers.find(&question("endless", "2026-03-01"), moment), None);
    }
}
