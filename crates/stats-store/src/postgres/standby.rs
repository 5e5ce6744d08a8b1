//! Connections to a server that takes no writes any more.
//!
//! After a failover the name of the server leads to another one, but what is connected to the old one stays so, and could
//! read and never write. So when a write is refused for that, no connection that was made before is used again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When a write was last refused because nothing can be written there.
#[derive(Debug, Clone, Default)]
pub(super) struct Refused(Arc<Mutex<Option<Instant>>>);

impl Refused {
    pub(super) fn now(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection of this age was made before.
    pub(super) fn concerns(&self, age: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| age >= at.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_there_before_is_concerned() {
        let refused = Refused::default();
        assert!(!refused.concerns(Duration::MAX));
        refused.now();
        assert!(refused.concerns(Duration::from_mins(1)) && !refused.concerns(Duration::ZERO));
    }
}
