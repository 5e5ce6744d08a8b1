//! Several answers of one moment.

use crate::error::{Kind, StoreError};

/// Counts how often several questions were asked anew because somebody wrote between their answers.
///
/// Of a person about whom something is written without a pause there may never be two answers of one moment. Whoever asks is
/// then told so, instead of asking without end.
#[derive(Debug, Default)]
#[must_use = "it counts nothing before `again`"]
pub struct Tries(u8);

/// Each time it would be bad luck. As often as this, somebody writes all the time.
const MOST: u8 = 100;

impl Tries {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more.
    ///
    /// # Errors
    /// When there were too many. That is transient.
    pub fn again(&mut self) -> Result<(), StoreError> {
        self.0 += 1;
        if self.0 > MOST { Err(Kind::Restless.into()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_always_comes_between_two_writes_is_told_so() {
        let mut tries = Tries::new();
        for _ in 0..MOST {
            tries.again().expect("not yet");
        }
        assert!(tries.again().expect_err("too many").is_transient());
    }
}
