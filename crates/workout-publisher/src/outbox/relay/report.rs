//! What a relay says when it ends.

/// What a relay has done until it was told to stop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Events that were confirmed.
    pub sent: u64,
    /// Attempts that were in vain and are repeated.
    pub failed: u64,
    /// Events that were parked.
    pub parked: u64,
    /// Events that were deleted after their time.
    pub deleted: u64,
}
