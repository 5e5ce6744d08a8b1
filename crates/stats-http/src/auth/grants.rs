//! Who may see the statistics of somebody else.

use std::fmt::Debug;

use async_trait::async_trait;
use workout_events::UserId;

use super::Refused;

/// Knows who has opened their statistics to whom, such as an athlete to a coach.
///
/// What is granted is to see. Nobody but the person and an admin changes goals or erases.
#[async_trait]
pub trait Grants: Debug + Send + Sync {
    /// Whether `viewer` may see the statistics of `user`. Asked at each request, so that a grant ends when it is withdrawn.
    ///
    /// # Errors
    /// When it cannot be found out, which is answered as [`Refused::Unavailable`].
    async fn may_see(&self, viewer: UserId, user: UserId) -> Result<bool, Refused>;
}

/// Nobody sees anybody else: what holds without [`Api::grants`](crate::Api::grants).
#[derive(Debug, Clone, Copy, Default)]
pub struct NoGrants;

#[async_trait]
impl Grants for NoGrants {
    async fn may_see(&self, _: UserId, _: UserId) -> Result<bool, Refused> {
        Ok(false)
    }
}
