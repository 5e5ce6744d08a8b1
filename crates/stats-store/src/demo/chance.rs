//! Chance that comes out the same on every machine.

/// `SplitMix64`: a few lines, and nothing here has to be hard to guess.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: u32, most: u32) -> u32 {
        let choices = u64::from(most.saturating_sub(least)) + 1;
        least + u32::try_from(self.next() % choices).unwrap_or(0)
    }

    /// Whether something happens that happens so many times out of a hundred.
    pub(super) fn percent(&mut self, times: u32) -> bool {
        self.between(1, 100) <= times
    }

    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let last = u32::try_from(all.len()).ok()?.checked_sub(1)?;
        all.get(usize::try_from(self.between(0, last)).ok()?).copied()
    }
}
