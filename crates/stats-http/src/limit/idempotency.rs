//! Requests that are sent again.
//!
//! A client that does not know whether its request arrived sends it again with the same key. What makes that safe is the id of
//! the event, which follows from the key: it is the same event for every process, today and in a year. What is kept here
//! beside it, for a day and a bounded number of requests, gives the same client the same answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::HeaderMap;
use workout_events::{EventId, GoalId, UserId};

use super::fnv;
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

/// Who sends it, about whom, and what they call it.
type Named = (Option<UserId>, UserId, IdempotencyKey);

/// What was answered to requests with a key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Replays(Arc<Mutex<HashMap<Named, Entry>>>);

#[derive(Debug)]
struct Entry {
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
    named: Named,
    is_answered: bool,
}

const KEPT_FOR: Duration = Duration::from_hours(24);

/// Answers are short; of each client's requests the last ones matter.
const KEPT: usize = 10_000;

impl Replays {
    pub(crate) fn begin(&self, named: Named, what: &[&[u8]]) -> Result<Replay, Problem> {
        let (what, now) = (fnv(what), Instant::now());
        let mut entries = self.lock();
        if let Some(entry) = entries.get(&named)
            && now.duration_since(entry.at) < KEPT_FOR
        {
            return match &entry.answer {
                _ if entry.what != what => Err(Code::IdempotencyKeyReused.into()),
                None => Err(Code::IdempotencyKeyInUse.into()),
                Some(answer) => Ok(Replay::Again(answer.clone())),
            };
        }
        if entries.len() >= KEPT {
            entries.retain(|_, entry| entry.answer.is_none() || now.duration_since(entry.at) < KEPT_FOR);
            let oldest = entries.iter().filter(|(_, entry)| entry.answer.is_some()).min_by_key(|(_, entry)| entry.at);
            if let (true, Some(oldest)) = (entries.len() >= KEPT, oldest.map(|(named, _)| named.clone())) {
                entries.remove(&oldest);
            }
        }
        entries.insert(named.clone(), Entry { what, answer: None, at: now });
        Ok(Replay::First(First { replays: self.clone(), named, is_answered: false }))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Named, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl First {
    pub(crate) fn answered(mut self, answer: Bytes) {
        self.is_answered = true;
        if let Some(entry) = self.replays.lock().get_mut(&self.named) {
            entry.answer = Some(answer);
        }
    }
}

impl Drop for First {
    fn drop(&mut self) {
        if !self.is_answered {
            self.replays.lock().remove(&self.named);
        }
    }
}
