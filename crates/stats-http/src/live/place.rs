//! How many streams there may be, of one client and in all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::figures;
use crate::limit::Client;
use crate::problem::{Code, Problem};

/// Who has how many streams open.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(Arc<Mutex<Taken>>);

#[derive(Debug, Default)]
struct Taken {
    of_each: HashMap<Client, usize>,
    in_all: usize,
}

/// A stream that is open, as long as this lives.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    client: Client,
}

/// After how many seconds a client may try again. Whoever has many streams open closes one, or does not.
const AGAIN_S: u64 = 5;

impl Places {
    pub(super) fn take(&self, client: Client, most_of_each: usize, most_in_all: usize) -> Result<Place, Problem> {
        let mut taken = self.lock();
        let of_client = taken.of_each.get(&client).copied().unwrap_or(0);
        if of_client >= most_of_each {
            return Err(Problem::from(Code::TooManyStreams).retry_after(AGAIN_S));
        }
        if taken.in_all >= most_in_all {
            return Err(Problem::from(Code::NoPlace).retry_after(AGAIN_S));
        }
        taken.of_each.insert(client, of_client + 1);
        taken.in_all += 1;
        figures::open(taken.in_all);
        Ok(Place { places: self.clone(), client })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.in_all -= 1;
        figures::open(taken.in_all);
        if let Some(of_client) = taken.of_each.get_mut(&self.client) {
            *of_client -= 1;
            if *of_client == 0 {
                taken.of_each.remove(&self.client);
            }
        }
    }
}
