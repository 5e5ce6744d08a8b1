//! How long to wait before the next attempt.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
/// Whoever uses the link wants to be of use again five seconds after the broker is, and has work to do by then.
const LONGEST: Duration = Duration::from_secs(2);

/// Pauses that double up to a limit, each shortened by chance to as little as half of it: the clients of a broker that
/// restarts must not all come at once. There is no last attempt.
pub(super) struct Backoff(Duration);

impl Backoff {
    pub(super) fn new() -> Self {
        Self(FIRST)
    }

    pub(super) fn pause(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(LONGEST);
        // The only source of chance in the standard library.
        let chance = u32::try_from(RandomState::new().hash_one(()) >> 32).unwrap_or_default();
        pause.mul_f64(1.0 - f64::from(chance) / f64::from(u32::MAX) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_limit_and_no_two_clients_have_the_same() {
        let pauses = || {
            let mut backoff = Backoff::new();
            std::array::from_fn::<_, 12, _>(|_| backoff.pause())
        };
        let some = pauses();
        for (n, pause) in some.iter().enumerate() {
            let full = (FIRST * 2_u32.pow(u32::try_from(n).unwrap())).min(LONGEST);
            assert!(*pause <= full && *pause >= full / 2, "{n}: {pause:?}");
        }
        assert_ne!(some, pauses());
    }
}
