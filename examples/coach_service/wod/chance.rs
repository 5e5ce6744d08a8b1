//! Chance that can be repeated: the same seed, the same numbers, on every machine and in every version.

/// `SplitMix64`, which is a few lines long and good enough to choose exercises. Nothing here is a secret.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`; `least`, where the other is not larger.
    pub(crate) fn between(&mut self, least: u32, most: u32) -> u32 {
        let numbers = u64::from(most.saturating_sub(least)) + 1;
        least + u32::try_from(self.next() % numbers).unwrap_or_default()
    }

    /// Brings things into any order.
    pub(crate) fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let numbers = last as u64 + 1;
            things.swap(last, usize::try_from(self.next() % numbers).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_published_ones() {
        let mut chance = Chance::new(1_234_567);
        assert_eq!(
            [(); 3].map(|()| chance.next()),
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn a_shuffle_loses_nothing() {
        let mut things: Vec<_> = (0..100).collect();
        Chance::new(7).shuffle(&mut things);
        assert_ne!(things, (0..100).collect::<Vec<_>>());
        things.sort_unstable();
        assert_eq!(things, (0..100).collect::<Vec<_>>());
    }
}
