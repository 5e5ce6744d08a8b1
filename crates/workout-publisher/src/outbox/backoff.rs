//! How long to wait before the next attempt.

use std::time::Duration;

use uuid::Uuid;

/// From the first pause, doubling, to the longest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    pub(crate) first: Duration,
    pub(crate) longest: Duration,
}

impl Backoff {
    /// The pause after so many attempts in vain, without the spread.
    pub(crate) fn pause(self, attempts: u32) -> Duration {
        // 2^31 times anything is beyond every longest pause.
        self.first.saturating_mul(1 << attempts.min(31)).min(self.longest)
    }

    /// The pause for a row: between half and all of it, by its id, so that what failed together does not come back
    /// together.
    pub(crate) fn spread(self, attempts: u32, id: Uuid) -> Duration {
        let pause = self.pause(attempts);
        let share = u32::from(id.as_bytes()[15]).wrapping_add(attempts.wrapping_mul(97)) % 256;
        pause / 2 + pause / 512 * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_the_longest() {
        #[track_caller]
        fn check(backoff: Backoff, attempts: u32, want_ms: u64) {
            let want = Duration::from_millis(want_ms);
            assert_eq!(backoff.pause(attempts), want);
            let spread = backoff.spread(attempts, Uuid::from_u128(u128::from(attempts) * 7919));
            assert!(want / 2 <= spread && spread <= want, "{spread:?}");
        }
        let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_mins(1) };
        check(backoff, 0, 100);
        check(backoff, 3, 800);
        check(backoff, 10, 60_000);
        check(backoff, u32::MAX, 60_000);
    }
}
