//! How often a message is tried, and when.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// The delays of the ladder, unless told otherwise.
const LADDER: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30), Duration::from_mins(5)];

/// Attempts that follow the first one at once, unless told otherwise.
const AT_ONCE: u32 = 2;

/// About how long "at once" is.
pub(crate) const MOMENT: Duration = Duration::from_millis(100);

/// How often a message is tried before it is a dead letter: at once, and then after each delay of a ladder.
///
/// Each delay is a queue of the broker, `<queue>.retry.5s`, in which the message waits without holding up its neighbours
/// or taking memory of this process. Unless told otherwise a message is tried twice more at once, and then after 1 s, 5 s,
/// 30 s and 5 min.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "retries belong to a consumer: `Consumer::retries`"]
pub struct Retries {
    at_once: u32,
    ladder: Vec<Duration>,
}

/// What comes after an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Another one, after a moment.
    AtOnce,
    /// Another one, after this delay of the ladder.
    After(Duration),
    /// None.
    GiveUp,
}

impl Default for Retries {
    fn default() -> Self {
        Self { at_once: AT_ONCE, ladder: LADDER.to_vec() }
    }
}

impl Retries {
    /// One attempt, and no more.
    pub fn none() -> Self {
        Self { at_once: 0, ladder: Vec::new() }
    }

    /// How many attempts follow the first one at once, each after a moment that is left to chance.
    pub fn at_once(mut self, attempts: u32) -> Self {
        self.at_once = attempts;
        self
    }

    /// The delays before the attempts that follow, which have to grow.
    pub fn ladder(mut self, delays: impl IntoIterator<Item = Duration>) -> Self {
        self.ladder = delays.into_iter().collect();
        self
    }

    /// The delays, each of which is a queue.
    #[must_use]
    pub fn delays(&self) -> &[Duration] {
        &self.ladder
    }

    /// With how many attempts a message is given up.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        let ladder = u32::try_from(self.ladder.len()).unwrap_or(u32::MAX);
        self.at_once.saturating_add(ladder).saturating_add(1)
    }

    /// What comes after this many attempts.
    pub(crate) fn after(&self, attempts: u32) -> Step {
        if attempts <= self.at_once {
            return Step::AtOnce;
        }
        let rung = usize::try_from(attempts - self.at_once - 1).unwrap_or(usize::MAX);
        self.ladder.get(rung).map_or(Step::GiveUp, |delay| Step::After(*delay))
    }

    /// The same, when the handler has asked for a delay: the shortest that is as long, or the longest there is.
    pub(crate) fn after_at_least(&self, attempts: u32, delay: Duration) -> Step {
        if attempts >= self.attempts() {
            return Step::GiveUp;
        }
        let found = self.ladder.iter().find(|step| **step >= delay).or(self.ladder.last());
        found.map_or(Step::AtOnce, |step| Step::After(*step))
    }

    /// What is wrong with them.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let grow = self.ladder.windows(2).all(|pair| pair[0] < pair[1]);
        (!grow).then_some("the delays between retries have to grow")
    }
}

/// How long "at once" is this time. Handlers that failed together, for instance because they stood in one another's way, do
/// not come back together.
pub(crate) fn moment(attempts: u32) -> Duration {
    jitter(MOMENT, attempts)
}

/// Between a half of it and all of it.
pub(crate) fn jitter(pause: Duration, salt: u32) -> Duration {
    // Fresh keys of a hasher are random enough for this, and cost no dependency.
    let chance = u32::try_from(RandomState::new().hash_one(salt) % 1_000).unwrap_or_default();
    pause / 2 + pause / 2 * chance / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn a_message_is_tried_at_once_then_up_the_ladder_and_then_no_more() {
        let retries = Retries::default().at_once(1).ladder([SECOND, MINUTE]);
        let steps = [1, 2, 3, 4, 5, u32::MAX].map(|attempts| retries.after(attempts));
        let give_up = Step::GiveUp;
        assert_eq!(steps, [Step::AtOnce, Step::After(SECOND), Step::After(MINUTE), give_up, give_up, give_up]);
        assert_eq!(retries.attempts(), 4);
        assert_eq!(Retries::none().after(1), Step::GiveUp);
    }

    #[test]
    fn a_delay_that_is_asked_for_is_that_of_the_next_longer_step_and_costs_an_attempt() {
        #[track_caller]
        fn check(retries: &Retries, attempts: u32, seconds: u64, want: Step) {
            assert_eq!(retries.after_at_least(attempts, Duration::from_secs(seconds)), want);
        }
        let retries = Retries::none().ladder([SECOND, MINUTE]);
        check(&retries, 1, 0, Step::After(SECOND));
        check(&retries, 1, 1, Step::After(SECOND));
        check(&retries, 2, 2, Step::After(MINUTE));
        check(&retries, 2, 3_600, Step::After(MINUTE));
        check(&retries, 3, 1, Step::GiveUp);
        check(&Retries::none().at_once(1), 1, 1, Step::AtOnce);
        check(&Retries::none(), 1, 1, Step::GiveUp);
    }

    #[test]
    fn a_ladder_that_does_not_grow_is_a_problem() {
        assert_eq!(Retries::default().problem(), None);
        assert!(Retries::none().ladder([SECOND, SECOND]).problem().is_some());
    }

    #[test]
    fn a_pause_is_left_to_chance_between_a_half_and_the_whole() {
        let pauses: Vec<_> = (0..100).map(|salt| jitter(SECOND, salt)).collect();
        assert!(pauses.iter().all(|pause| (SECOND / 2..=SECOND).contains(pause)));
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }
}
