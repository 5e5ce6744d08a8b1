//! Generation that fails on purpose, so that one can see what happens then.

use workout_events::WodRequestId;

use super::chance::Chance;

/// How many of a hundred attempts fail, and which.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Failures {
    pub(crate) percent: u8,
    pub(crate) seed: u64,
}

impl Failures {
    /// Whether this attempt at this request fails. Another attempt has another chance, and the same one the same.
    pub(crate) fn strike(self, request: WodRequestId, attempt: u32) -> bool {
        let (high, low) = request.as_uuid().as_u64_pair();
        let mixed = [high, low, attempt.into()].into_iter().fold(self.seed, |seed, part| {
            // Each part goes through the whole mill, or neighbours would share their fate.
            Chance::new(seed ^ part).next()
        });
        mixed % 100 < u64::from(self.percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_as_many_fail_as_were_asked_for_and_always_the_same() {
        for percent in [0, 30, 100] {
            let failures = Failures { percent, seed: 42 };
            let requests = (0..10_000).map(|n| WodRequestId::from_foreign("tests", &n.to_string()));
            let struck = requests.filter(|request| failures.strike(*request, 1)).count();
            let wanted = usize::from(percent) * 100;
            assert!(struck.abs_diff(wanted) < 200 && (percent == 30 || struck == wanted), "{struck} of {wanted}");
        }
        let (request, failures) = (WodRequestId::generate(), Failures { percent: 50, seed: 1 });
        assert_eq!(failures.strike(request, 3), failures.strike(request, 3));
    }

    #[test]
    fn what_failed_once_may_succeed_the_next_time() {
        let failures = Failures { percent: 30, seed: 0 };
        let attempts = |n: u32| {
            (1..=20).find(|attempt| !failures.strike(WodRequestId::from_foreign("tests", &n.to_string()), *attempt))
        };
        let needed: Vec<_> = (0..1_000).filter_map(attempts).collect();
        assert_eq!(needed.len(), 1_000);
        assert!(needed.contains(&2) && needed.contains(&3), "{needed:?}");
    }
}
