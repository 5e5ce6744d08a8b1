//! Who has changed, for the other instances.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;
use workout_events::UserId;

/// People who have changed since somebody was told.
#[derive(Debug, Default)]
pub(super) struct Changed {
    people: Mutex<People>,
    noted: Notify,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct People {
    named: BTreeSet<UserId>,
    /// They were too many to name.
    everybody: bool,
}

/// As many are named.
const MOST: usize = 1_000;

/// A hint as others hear it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hint {
    People(Vec<UserId>),
    Everybody,
}

impl Changed {
    pub(super) fn note(&self, people: impl IntoIterator<Item = UserId>) {
        let mut noted = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.everybody {
            return;
        }
        noted.named.extend(people);
        if noted.named.len() > MOST {
            *noted = People { named: BTreeSet::new(), everybody: true };
        }
        if noted.everybody || !noted.named.is_empty() {
            self.noted.notify_one();
        }
    }

    /// Waits until somebody has changed, and forgets it. Cancel safe.
    pub(super) async fn next(&self) -> Vec<u8> {
        loop {
            let noted = self.noted.notified();
            let people = std::mem::take(&mut *self.people.lock().unwrap_or_else(PoisonError::into_inner));
            if people != People::default() {
                return people.named.into_iter().flat_map(|user| Uuid::from(user).into_bytes()).collect();
            }
            noted.await;
        }
    }
}

impl Hint {
    /// No names are everybody, and so is what nobody of us has written.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let (ids, rest) = bytes.as_chunks::<16>();
        let people: Result<Vec<_>, _> = ids.iter().map(|id| UserId::new(Uuid::from_bytes(*id))).collect();
        match people {
            Ok(people) if rest.is_empty() && (1..=MOST).contains(&people.len()) => Self::People(people),
            _ => Self::Everybody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hint_is_heard_as_it_was_told_and_too_many_are_everybody() {
        let (changed, people) = (Changed::default(), [(); 3].map(|()| UserId::generate()));
        for _ in 0..2 {
            changed.note(people);
        }
        let mut sorted = people.to_vec();
        sorted.sort();
        assert_eq!(Hint::read(&changed.next().await), Hint::People(sorted));
        changed.note((0..=MOST).map(|_| UserId::generate()));
        changed.note(people);
        assert_eq!(Hint::read(&changed.next().await), Hint::Everybody);
        for foreign in [&[0; 16][..], &[1; 15], b"{}", &[1; 16 * (MOST + 1)]] {
            assert_eq!(Hint::read(foreign), Hint::Everybody);
        }
    }
}
