//! How many messages a consumer may hold.

use std::num::NonZeroU16;

/// How many messages a consumer may hold without having settled them: 1 to 65535.
///
/// There is no "without limit": a queue that has grown over a weekend would end up in the consumer's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Prefetch(NonZeroU16);

/// The number is not from 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the prefetch is {0}, it must be from 1 to 65535")]
pub struct PrefetchError(u32);

impl Prefetch {
    /// This many messages.
    ///
    /// # Errors
    /// When the number is 0 or above 65535.
    pub fn new(messages: u32) -> Result<Self, PrefetchError> {
        let fits = u16::try_from(messages).ok().and_then(NonZeroU16::new);
        fits.map(Self).ok_or(PrefetchError(messages))
    }

    /// As many as AMQP can say.
    pub(crate) const MOST: Self = Self(NonZeroU16::MAX);

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0.get()
    }
}

impl Default for Prefetch {
    /// 100: enough to hide the way to the broker, little enough to share a queue fairly.
    fn default() -> Self {
        const { Self(NonZeroU16::new(100).expect("100 is not 0")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_amqp_can_say_and_never_without_limit() {
        #[track_caller]
        fn check(messages: u32, want: bool) {
            assert_eq!(Prefetch::new(messages).is_ok(), want, "{messages}");
        }
        check(0, false);
        check(1, true);
        check(65_535, true);
        check(65_536, false);
        check(u32::MAX, false);
    }
}
