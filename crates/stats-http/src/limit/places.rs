//! How many of something there may be at a time, of one client and in all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Client;
use crate::problem::{Code, Problem};

/// Who has how many places. A clone is another handle to the same.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    taken: Arc<Mutex<Taken>>,
    /// Is told how many are taken whenever that changes.
    told: fn(usize),
}

#[derive(Debug, Default)]
struct Taken {
    of_each: HashMap<Client, usize>,
    in_all: usize,
}

/// What somebody has as long as this lives.
#[derive(Debug)]
pub(crate) struct Place {
    places: Places,
    client: Client,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// The client has as many as it may.
    OfClient,
    /// There are no more for anybody.
    InAll,
}

/// After how many seconds a client may try again. Whoever has many streams open closes one, or does not.
pub(crate) const AGAIN_S: u64 = 5;

impl Places {
    pub(crate) fn new(told: fn(usize)) -> Self {
        Self { taken: Arc::default(), told }
    }

    pub(crate) fn take(&self, client: Client, most_of_each: usize, most_in_all: usize) -> Result<Place, Full> {
        let mut taken = self.lock();
        let of_client = taken.of_each.get(&client).copied().unwrap_or(0);
        if of_client >= most_of_each {
            return Err(Full::OfClient);
        }
        if taken.in_all >= most_in_all {
            return Err(Full::InAll);
        }
        taken.of_each.insert(client, of_client + 1);
        taken.in_all += 1;
        (self.told)(taken.in_all);
        Ok(Place { places: self.clone(), client })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.in_all -= 1;
        (self.places.told)(taken.in_all);
        if let Some(of_client) = taken.of_each.get_mut(&self.client) {
            *of_client -= 1;
            if *of_client == 0 {
                taken.of_each.remove(&self.client);
            }
        }
    }
}

impl Default for Places {
    fn default() -> Self {
        Self::new(|_| ())
    }
}

impl From<Full> for Problem {
    fn from(full: Full) -> Self {
        let code = match full {
            Full::OfClient => Code::TooManyStreams,
            Full::InAll => Code::NoPlace,
        };
        Self::from(code).retry_after(AGAIN_S)
    }
}
