//! A window: which of the leased rows are published together, and what becomes of each.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use workout_broker::Outcome;
use workout_events::amqp::Message;

use crate::outbox::backend::{Key, Release};
use crate::outbox::backoff::Backoff;
use crate::outbox::row::Row;

/// After so many attempts in vain a row is published alone: perhaps it is the row that breaks the link.
const SUSPICIOUS: i32 = 3;

const RETURNED_TOO_OFTEN: &str = "no queue wants it";

/// Rows that are published together, one of each subject at most.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) rows: Vec<Row>,
    pub(crate) messages: Vec<Message>,
}

/// What a window is to do, and then what it has done.
#[derive(Debug, Default)]
pub(crate) struct Window {
    pub(crate) rounds: Vec<Round>,
    pub(crate) sent: Vec<Key>,
    pub(crate) released: Vec<Release>,
    /// Subjects of which something failed: what comes later has to wait.
    held: HashSet<String>,
}

impl Window {
    /// Sorts rows into rounds. The n-th row of a subject is in the n-th round, so that it goes only when those before it
    /// are confirmed. A suspicious row comes last and alone, and what is behind it waits for another window.
    pub(crate) fn plan(rows: Vec<Row>) -> Self {
        let mut window = Self::default();
        let mut alone = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for mut row in rows {
            if window.held.contains(&row.subject) {
                window.released.push(untried(&row));
                continue;
            }
            let message = match row.message() {
                Ok(message) => message,
                Err(reason) => {
                    window.released.push(Release { reason: Some(reason), ..untried(&row) });
                    continue;
                }
            };
            if row.attempts >= SUSPICIOUS {
                window.held.insert(row.subject.clone());
                alone.push(Round { rows: vec![row], messages: vec![message] });
                continue;
            }
            let place = places.entry(row.subject.clone()).and_modify(|place| *place += 1).or_default();
            if window.rounds.len() <= *place {
                window.rounds.push(Round::default());
            }
            let round = &mut window.rounds[*place];
            round.rows.push(row);
            round.messages.push(message);
        }
        // Nobody's turn comes only after that of the row that breaks the link each time.
        alone.sort_by_key(|round: &Round| round.rows.first().map(|row| row.attempts));
        window.held.clear();
        window.rounds.extend(alone);
        window
    }

    /// Takes the next round, without rows whose predecessors failed.
    pub(crate) fn next(&mut self) -> Option<Round> {
        if self.rounds.is_empty() {
            return None;
        }
        let round = self.rounds.remove(0);
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

    /// Notes what became of a round. Says whether anything is known of any of it.
    pub(crate) fn settle(&mut self, rows: Vec<Row>, outcomes: &[Outcome], rules: Rules) -> bool {
        let mut known = rows.is_empty();
        for (n, row) in rows.into_iter().enumerate() {
            let outcome = outcomes.get(n).copied().unwrap_or(Outcome::Unknown);
            known |= outcome != Outcome::Unknown;
            if outcome.is_confirmed() {
                self.sent.push(key(&row));
                continue;
            }
            let returned = outcome == Outcome::Returned;
            let too_often = returned && row.returns.saturating_add(1) >= rules.park_after;
            self.released.push(Release {
                key: key(&row),
                tried: true,
                returned,
                delay: rules.backoff.spread(u32::try_from(row.attempts).unwrap_or_default(), row.id),
                reason: too_often.then_some(RETURNED_TOO_OFTEN),
            });
            if !too_often {
                self.held.insert(row.subject);
            }
        }
        known
    }

    /// Gives back what was not tried.
    pub(crate) fn abandon(&mut self) {
        let rest = std::mem::take(&mut self.rounds);
        self.released.extend(rest.iter().flat_map(|round| &round.rows).map(untried));
    }
}

/// What the relay was told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) backoff: Backoff,
    pub(crate) park_after: i32,
}

fn key(row: &Row) -> Key {
    Key { id: row.id, seq: row.seq }
}

/// Back at once: what it waits for is another row of its subject.
pub(crate) fn untried(row: &Row) -> Release {
    Release { key: key(row), tried: false, returned: false, delay: Duration::ZERO, reason: None }
}
