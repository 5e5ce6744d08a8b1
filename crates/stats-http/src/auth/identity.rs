//! Who is asking.

use std::time::SystemTime;

use workout_events::UserId;

/// Who is asking, as an [`Authenticator`](crate::Authenticator) found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    user: Option<UserId>,
    is_admin: bool,
    expires_at: Option<SystemTime>,
}

impl Identity {
    /// A person, who sees their own statistics and those that others have granted.
    #[must_use]
    pub fn user(user: UserId) -> Self {
        Self { user: Some(user), is_admin: false, expires_at: None }
    }

    /// Somebody who is no person of the statistics, as a program of an operator: sees and does everything.
    #[must_use]
    pub fn admin() -> Self {
        Self { user: None, is_admin: true, expires_at: None }
    }

    /// The same one, who also sees and does everything.
    #[must_use]
    pub fn and_admin(self) -> Self {
        Self { is_admin: true, ..self }
    }

    /// Only until then. What lasts longer than a request, such as a stream, ends at this time.
    #[must_use]
    pub fn until(self, expires_at: SystemTime) -> Self {
        Self { expires_at: Some(expires_at), ..self }
    }

    /// The person who is asking, if it is one.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        self.user
    }

    /// Whether everything is open to them.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.is_admin
    }

    /// Until when this is known.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}
