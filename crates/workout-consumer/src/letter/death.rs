//! The end of a message's journey.

use crate::letter::Reason;

/// How a message died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Death {
    pub(crate) reason: Reason,
    /// Attempts made, the last one included.
    pub(crate) attempts: u32,
    /// What its handler said last, as by [`error_chain`](crate::letter::error_chain).
    pub(crate) error: Option<String>,
    /// The first rule of the contract that it breaks, by its stable name.
    pub(crate) code: Option<String>,
    /// Where it breaks that rule.
    pub(crate) pointer: Option<String>,
}

impl Death {
    /// For this reason, after so many attempts, and nothing else to tell.
    pub(crate) fn of(reason: Reason, attempts: u32) -> Self {
        Self { reason, attempts, error: None, code: None, pointer: None }
    }
}
