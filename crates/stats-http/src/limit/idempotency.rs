//! Requests that are sent again.
//!
//! A client that does not know whether its request arrived sends it again with the same key. What makes that safe is the id of
//! the event, which follows from the key: it is the same event for every process, today and in a year. What is kept here
//! beside it, for a day and a bounded number of requests, gives the same client the same answer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::HeaderMap;
use workout_events::{EventId, GoalId, UserId};

use super::fnv;
use super::recent::Recent;
use crate::problem::{Code, Problem};

/// What a client calls a request of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct IdempotencyKey(String);

impl IdempotencyKey {
    pub(crate) fn of(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let mut said = headers.get_all("idempotency-key").iter();
        let Some(key) = said.next() else { return Ok(None) };
        let is_key = (1..=255).contains(&key.len()) && key.as_bytes().iter().all(u8::is_ascii_graphic);
        match key.to_str() {
            Ok(key) if is_key && said.next().is_none() => Ok(Some(Self(key.to_owned()))),
            _ => Err(Code::InvalidIdempotencyKey.into()),
        }
    }

    pub(crate) fn event_id(&self, user: UserId) -> EventId {
        EventId::derived("stats-http.request", &[&user, &self.0])
    }

    pub(crate) fn goal_id(&self, user: UserId) -> GoalId {
        GoalId::from_foreign(&format!("stats-http:{user}"), &self.0)
    }
}

/// Who sends requests, and about whom.
type Sender = (Option<UserId>, UserId);

/// What was answered to requests with a key. Of each sender the last ones are kept, and of senders those who sent last, so that
/// nobody takes the place of somebody else by sending a lot.
#[derive(Debug, Clone)]
pub(crate) struct Replays(Arc<Mutex<Recent<Sender, VecDeque<Entry>>>>);

#[derive(Debug)]
struct Entry {
    key: IdempotencyKey,
    /// What was asked for.
    what: u64,
    /// `None` as long as it is under way.
    answer: Option<Bytes>,
    at: Instant,
}

/// What is to be done with a request.
pub(crate) enum Replay {
    /// It is new.
    First(First),
    /// This was answered before.
    Again(Bytes),
}

/// A request under way. Without an answer it is forgotten, so that it may be tried again.
pub(crate) struct First {
    replays: Replays,
    sender: Sender,
    key: IdempotencyKey,
    is_answered: bool,
}

const KEPT_FOR: Duration = Duration::from_hours(24);

/// How many requests of a sender are remembered.
const REQUESTS: usize = 32;

/// How many senders are remembered, at least.
const SENDERS: usize = 1_000;

impl Default for Replays {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Recent::new(SENDERS))))
    }
}

impl Replays {
    pub(crate) fn begin(&self, sender: Sender, key: IdempotencyKey, what: &[&[u8]]) -> Result<Replay, Problem> {
        let (what, now) = (fnv(what), Instant::now());
        let mut senders = self.lock();
        let entries = senders.meet(&sender, VecDeque::new);
        entries.retain(|entry| entry.answer.is_none() || now.duration_since(entry.at) < KEPT_FOR);
        if let Some(entry) = entries.iter().find(|entry| entry.key == key) {
            return match &entry.answer {
                _ if entry.what != what => Err(Code::IdempotencyKeyReused.into()),
                None => Err(Code::IdempotencyKeyInUse.into()),
                Some(answer) => Ok(Replay::Again(answer.clone())),
            };
        }
        if entries.len() >= REQUESTS {
            entries.pop_front();
        }
        entries.push_back(Entry { key: key.clone(), what, answer: None, at: now });
        Ok(Replay::First(First { replays: self.clone(), sender, key, is_answered: false }))
    }

    fn lock(&self) -> MutexGuard<'_, Recent<Sender, VecDeque<Entry>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl First {
    pub(crate) fn answered(mut self, answer: Bytes) {
        self.is_answered = true;
        if let Some(entries) = self.replays.lock().get_mut(&self.sender)
            && let Some(entry) = entries.iter_mut().find(|entry| entry.key == self.key)
        {
            entry.answer = Some(answer);
        }
    }
}

impl Drop for First {
    fn drop(&mut self) {
        if !self.is_answered
            && let Some(entries) = self.replays.lock().get_mut(&self.sender)
        {
            entries.retain(|entry| entry.key != self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> IdempotencyKey {
        IdempotencyKey(number.to_string())
    }

    #[test]
    fn who_sends_a_lot_takes_nobody_elses_place() {
        let (replays, [one, other]) = (Replays::default(), [(); 2].map(|()| (None, UserId::generate())));
        let send = |sender, number| match replays.begin(sender, key(number), &[b"what"]) {
            Ok(Replay::First(first)) => {
                first.answered(Bytes::from_static(b"answer"));
                "first"
            }
            Ok(Replay::Again(_)) => "again",
            Err(_) => "refused",
        };
        assert_eq!(send(one, 0), "first");
        for number in 0..100 * REQUESTS {
            assert_eq!(send(other, number), "first");
        }
        assert_eq!(send(one, 0), "again");
        assert_eq!(replays.lock().get_mut(&other).map(|entries| entries.len()), Some(REQUESTS));
    }

    #[test]
    fn a_request_without_an_answer_may_be_tried_again() {
        let (replays, sender) = (Replays::default(), (None, UserId::generate()));
        let first = replays.begin(sender, key(1), &[b"what"]);
        assert!(matches!(first, Ok(Replay::First(_))));
        assert!(replays.begin(sender, key(1), &[b"what"]).is_err());
        drop(first);
        assert!(matches!(replays.begin(sender, key(1), &[b"what"]), Ok(Replay::First(_))));
    }
}
