//! How often one client may ask.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use workout_events::UserId;

use super::recent::Recent;

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

/// Who is counted: a person, wherever they are; whoever is not known, by where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    User(UserId),
    Stranger(Place),
    /// Whoever asks what everybody may ask. It takes nothing from what is asked about people.
    Visitor(Place),
}

impl Client {
    /// Somebody who is not known, at this address.
    pub(crate) fn stranger(address: Option<IpAddr>) -> Self {
        Self::Stranger(Place::of(address))
    }

    /// Somebody who asks what everybody may ask, from this address.
    pub(crate) fn visitor(address: Option<IpAddr>) -> Self {
        Self::Visitor(Place::of(address))
    }
}

/// Where somebody is. Of IPv6 it is the network, of which whoever has one has 2^64 addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Address(Ipv4Addr),
    Network([u16; 4]),
    Unknown,
}

impl Place {
    fn of(address: Option<IpAddr>) -> Self {
        match address.map(|address| address.to_canonical()) {
            None => Self::Unknown,
            Some(IpAddr::V4(address)) => Self::Address(address),
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Self::Network([a, b, c, d])
            }
        }
    }
}

/// Counts clients.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: RateLimit,
    hasher: RandomState,
    shards: [Mutex<Recent<Client, Bucket>>; SHARDS],
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// So that clients seldom wait for one another.
const SHARDS: usize = 16;

/// How many clients are remembered in a shard, at least. Beyond that, who has not asked for longest begins anew.
const CLIENTS: usize = 4_096;

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, hasher: RandomState::new(), shards: std::array::from_fn(|_| Mutex::new(Recent::new(CLIENTS))) }
    }

    /// Whether this client may ask now; otherwise after how long.
    pub(crate) fn take(&self, client: Client, now: Instant) -> Result<(), Duration> {
        let shard = usize::try_from(self.hasher.hash_one(client) % SHARDS as u64).unwrap_or_default();
        let mut buckets = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.meet(&client, || Bucket { left: f64::from(self.limit.burst), at: now });
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
    fn a_flood_of_clients_is_not_remembered_and_frees_nobody() {
        let limiter = Limiter::new(RateLimit::per_second(1).burst(1));
        let (now, greedy) = (Instant::now(), Client::User(UserId::generate()));
        assert_eq!(limiter.take(greedy, now), Ok(()));
        for number in 0..4 * SHARDS * CLIENTS {
            assert_eq!(limiter.take(Client::User(UserId::generate()), now), Ok(()));
            if number % 1_000 == 0 {
                assert!(limiter.take(greedy, now).is_err(), "after {number} others");
            }
        }
        let remembered: usize = limiter.shards.iter().map(|shard| shard.lock().expect("no panic").len()).sum();
        assert!(remembered <= 2 * SHARDS * CLIENTS, "{remembered}");
    }

    #[test]
    fn a_network_is_one_place_however_many_addresses_it_has() {
        let place = |text: &str| Place::of(Some(text.parse().expect("an address")));
        assert_eq!(place("2001:db8:1:2::1"), place("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_eq!(place("::ffff:192.0.2.1"), place("192.0.2.1"));
        assert_ne!(place("192.0.2.1"), place("192.0.2.2"));
    }
}
