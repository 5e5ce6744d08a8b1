//! Not faster than that.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How many letters go together where nobody set a pace.
const TOGETHER: usize = 100;

/// Lets so many pass in a second.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: Option<NonZeroU32>,
    next: Instant,
}

impl Pace {
    pub(super) fn new(per_second: Option<NonZeroU32>) -> Self {
        Self { per_second, next: Instant::now() }
    }

    /// How many may go together: so few that it does not look like gusts.
    pub(super) fn together(&self) -> usize {
        let tenth = |rate: NonZeroU32| usize::try_from(rate.get() / 10).unwrap_or(usize::MAX);
        self.per_second.map_or(TOGETHER, |rate| tenth(rate).clamp(1, TOGETHER))
    }

    /// Waits until so many more may go. Dropped, none went.
    pub(super) async fn wait(&mut self, many: usize) {
        let Some(rate) = self.per_second else { return };
        sleep_until(self.next).await;
        let many = u32::try_from(many).unwrap_or(u32::MAX);
        self.next = Instant::now() + Duration::from_secs(1) * many / rate.get();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_hundred_a_second_take_ten_seconds_for_a_thousand() {
        let begin = Instant::now();
        let mut pace = Pace::new(NonZeroU32::new(100));
        assert_eq!(pace.together(), 10);
        for _ in 0..=100 {
            pace.wait(10).await;
        }
        assert_eq!(begin.elapsed().as_secs(), 10);
        assert_eq!(Pace::new(NonZeroU32::new(1)).together(), 1);
        let mut none = Pace::new(None);
        none.wait(1_000_000).await;
        none.wait(1_000_000).await;
        assert_eq!((begin.elapsed().as_secs(), none.together()), (10, TOGETHER));
    }
}
