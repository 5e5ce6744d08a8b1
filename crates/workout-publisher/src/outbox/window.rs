//! A window: which of the leased rows are published together, and what becomes of each.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use workout_broker::Outcome;
use workout_events::amqp::{HeaderValue, Message};

use crate::outbox::backend::{Key, Release};
use crate::outbox::backoff::Backoff;
use crate::outbox::row::Row;

/// After so many attempts in vain a row is published alone: perhaps it is the row that breaks the link.
const SUSPICIOUS: i32 = 3;

/// The longest pause while nothing is heard of the broker, so that its return is noticed.
pub(crate) const AWAY: Duration = Duration::from_secs(2);

const RETURNED_TOO_OFTEN: &str = "no queue wants it, or the broker refuses it";

/// Rows that are published together, one of each subject at most.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) rows: Vec<Row>,
    pub(crate) messages: Vec<Arc<Message>>,
}

/// What a window is to do, and then what it has done.
#[derive(Debug)]
pub(crate) struct Window {
    rules: Rules,
    rounds: VecDeque<Round>,
    pub(crate) sent: Vec<Key>,
    pub(crate) released: Vec<Release>,
    /// Subjects of which something failed: what comes later has to wait.
    held: HashSet<String>,
    /// Whether anything was tried, and whether anything is known of it.
    tried: bool,
    known: bool,
}

impl Window {
    /// Sorts rows into rounds. The n-th row of a subject is in the n-th round, so that it goes only when those before it
    /// are confirmed. A suspicious row comes last and alone, and what is behind it waits for another window.
    pub(crate) fn plan(rows: Vec<Row>, rules: Rules) -> Self {
        let (sent, released) = (Vec::with_capacity(rows.len()), Vec::new());
        let (held, rounds) = (HashSet::new(), VecDeque::new());
        let mut window = Self { rules, rounds, sent, released, held, tried: false, known: false };
        let mut alone = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::with_capacity(rows.len());
        for mut row in rows {
            if window.held.contains(&row.subject) {
                window.released.push(untried(&row));
                continue;
            }
            let message = match row.message() {
                Ok(message) => message,
                Err(reason) => {
                    window.park(&row, Release { reason: Some(reason), ..untried(&row) });
                    continue;
                }
            };
            if row.attempts >= SUSPICIOUS {
                window.held.insert(row.subject.clone());
                alone.push(Round { rows: vec![row], messages: vec![Arc::new(message)] });
                continue;
            }
            let place = places.entry(row.subject.clone()).and_modify(|place| *place += 1).or_default();
            if window.rounds.len() <= *place {
                window.rounds.push_back(Round::default());
            }
            let round = &mut window.rounds[*place];
            round.rows.push(row);
            round.messages.push(Arc::new(message));
        }
        // Nobody's turn comes only after that of the row that breaks the link each time.
        alone.sort_by_key(|round: &Round| round.rows.first().map(|row| row.attempts));
        window.held.clear();
        window.rounds.extend(alone);
        window
    }

    /// Takes the next round, without rows whose predecessors failed.
    pub(crate) fn next(&mut self) -> Option<Round> {
        let round = self.rounds.pop_front()?;
        if self.held.is_empty() {
            return Some(round);
        }
        let mut going = Round::default();
        for (row, message) in round.rows.into_iter().zip(round.messages) {
            if self.held.contains(&row.subject) {
                self.released.push(untried(&row));
            } else {
                going.rows.push(row);
                going.messages.push(message);
            }
        }
        Some(going)
    }

    /// Notes what became of a round. When nothing is known of any of it, the broker is away or the round has broken the
    /// link: what was not tried is given back.
    pub(crate) fn settle(&mut self, rows: Vec<Row>, outcomes: &[Outcome]) {
        if rows.is_empty() {
            return;
        }
        self.tried = true;
        let outcome = |n: usize| outcomes.get(n).copied().unwrap_or(Outcome::Unknown);
        let known = (0..rows.len()).any(|n| outcome(n) != Outcome::Unknown);
        self.known |= known;
        for (n, row) in rows.into_iter().enumerate() {
            match outcome(n) {
                Outcome::Confirmed => self.sent.push(key(&row)),
                outcome => self.failed(row, outcome),
            }
        }
        if !known {
            self.abandon();
        }
    }

    fn failed(&mut self, row: Row, outcome: Outcome) {
        let returned = outcome == Outcome::Returned;
        let too_often = returned && row.returns.saturating_add(1) >= self.rules.park_after;
        let delay = self.rules.backoff.spread(u32::try_from(row.attempts).unwrap_or_default(), row.id);
        // It is the broker that is waited for, and not this row.
        let delay = if self.known { delay } else { delay.min(AWAY) };
        let reason = too_often.then_some(RETURNED_TOO_OFTEN);
        let release = Release { key: key(&row), tried: true, returned, delay, reason };
        if too_often {
            self.park(&row, release);
        } else {
            self.released.push(release);
            self.held.insert(row.subject);
        }
    }

    fn park(&mut self, row: &Row, release: Release) {
        tracing::warn!(event.id = %row.id, event.r#type = row.routing_key, reason = release.reason, "an event is parked");
        self.released.push(release);
    }

    /// Gives back what was not tried.
    pub(crate) fn abandon(&mut self) {
        let rest = std::mem::take(&mut self.rounds);
        self.released.extend(rest.iter().flat_map(|round| &round.rows).map(untried));
    }

    /// Whether the broker has said anything, unless it was not asked.
    pub(crate) fn is_known(&self) -> bool {
        self.known || !self.tried
    }

    /// The trace that the window belongs to, if all of it belongs to one.
    pub(crate) fn traceparent(&self) -> Option<&str> {
        let mut messages = self.rounds.iter().flat_map(|round| &round.messages);
        let first = traceparent(messages.next()?)?;
        messages.all(|message| traceparent(message) == Some(first)).then_some(first)
    }
}

/// What the relay was told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) backoff: Backoff,
    pub(crate) park_after: i32,
}

fn traceparent(message: &Message) -> Option<&str> {
    message.headers.iter().find_map(|(name, value)| match value {
        HeaderValue::Text(text) if name == "traceparent" => Some(text.as_str()),
        _ => None,
    })
}

fn key(row: &Row) -> Key {
    Key { id: row.id, seq: row.seq }
}

/// Back at once: what it waits for is another row of its subject.
fn untried(row: &Row) -> Release {
    Release { key: key(row), tried: false, returned: false, delay: Duration::ZERO, reason: None }
}
