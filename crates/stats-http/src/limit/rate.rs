//! How often one client may ask.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use workout_events::UserId;

/// So many requests a second for each client, and so many at once after a while of silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "it is for `Api::rate_limit`"]
pub struct RateLimit {
    per_second: u32,
    burst: u32,
}

impl RateLimit {
    /// So many requests a second, and twice as many at once.
    pub fn per_second(requests: u32) -> Self {
        let per_second = requests.max(1);
        Self { per_second, burst: per_second.saturating_mul(2) }
    }

    /// So many at once.
    pub fn burst(self, requests: u32) -> Self {
        Self { burst: requests.max(1), ..self }
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        Self::per_second(100)
    }
}

/// Who is counted: a person, wherever they are; whoever is not known, by the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    User(UserId),
    Address(Option<IpAddr>),
}

/// Counts clients.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: RateLimit,
    hasher: RandomState,
    shards: [Mutex<HashMap<Client, Bucket>>; SHARDS],
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// So that clients seldom wait for one another.
const SHARDS: usize = 16;

/// How many clients are remembered in a shard. Beyond that some begin anew, which is in their favour.
const CLIENTS: usize = 4_096;

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, hasher: RandomState::new(), shards: Default::default() }
    }

    /// Whether this client may ask now; otherwise after how long.
    pub(crate) fn take(&self, client: Client, now: Instant) -> Result<(), Duration> {
        let shard = usize::try_from(self.hasher.hash_one(client) % SHARDS as u64).unwrap_or_default();
        let mut buckets = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= CLIENTS && !buckets.contains_key(&client) {
            buckets.retain(|_, bucket| self.left(bucket, now) < f64::from(self.limit.burst));
            if buckets.len() >= CLIENTS {
                buckets.clear();
            }
        }
        let full = Bucket { left: f64::from(self.limit.burst), at: now };
        let bucket = buckets.entry(client).or_insert(full);
        *bucket = Bucket { left: self.left(bucket, now), at: now };
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - bucket.left) / f64::from(self.limit.per_second)))
    }

    fn left(&self, bucket: &Bucket, now: Instant) -> f64 {
        let since = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.left + since * f64::from(self.limit.per_second)).min(f64::from(self.limit.burst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_asks_too_often_waits_and_others_do_not() {
        let limiter = Limiter::new(RateLimit::per_second(10).burst(3));
        let (one, other) = (Client::User(UserId::generate()), Client::User(UserId::generate()));
        let now = Instant::now();
        for _ in 0..3 {
            assert_eq!(limiter.take(one, now), Ok(()));
        }
        let wait = limiter.take(one, now).expect_err("the fourth waits");
        assert_eq!(wait, Duration::from_millis(100));
        assert_eq!(limiter.take(other, now), Ok(()));
        assert_eq!(limiter.take(one, now + wait), Ok(()));
        assert!(limiter.take(one, now + wait).is_err());
    }

    #[test]
    fn a_flood_of_clients_is_not_remembered() {
        let limiter = Limiter::new(RateLimit::default());
        let now = Instant::now();
        for _ in 0..2 * SHARDS * CLIENTS {
            assert_eq!(limiter.take(Client::User(UserId::generate()), now), Ok(()));
        }
        let remembered: usize = limiter.shards.iter().map(|shard| shard.lock().expect("no panic").len()).sum();
        assert!(remembered <= SHARDS * CLIENTS, "{remembered}");
    }
}
