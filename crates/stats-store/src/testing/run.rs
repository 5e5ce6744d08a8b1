//! Many random histories.

use std::env;
use std::fmt::Write;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use uuid::Uuid;

use super::history::{History, histories};

/// What makes a run the same again.
const SEED: &str = "WORKOUT_TEST_SEED";

/// Checks so many random histories. A failure prints the smallest history that fails, and the seed with which the same
/// histories come again: `WORKOUT_TEST_SEED`.
pub fn over_histories(cases: u32, check: impl Fn(History)) {
    let seed = env::var(SEED).ok().and_then(|text| read(&text)).unwrap_or_else(fresh);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let told = runner.run(&histories(), |history| {
        check(history);
        Ok(())
    });
    told.unwrap_or_else(|failure| panic!("{failure}\nthe same again: {SEED}={}", text(&seed)));
}

fn fresh() -> [u8; 32] {
    let mut seed = [0; 32];
    for half in seed.chunks_mut(16) {
        half.copy_from_slice(Uuid::now_v7().as_bytes());
    }
    seed
}

fn text(seed: &[u8; 32]) -> String {
    seed.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn read(text: &str) -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    for (at, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    (text.len() == 64).then_some(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_read_as_it_is_printed() {
        let seed = fresh();
        assert_eq!(read(&text(&seed)), Some(seed));
        assert_eq!(read("12"), None);
        assert_eq!(read(&"x".repeat(64)), None);
    }
}
