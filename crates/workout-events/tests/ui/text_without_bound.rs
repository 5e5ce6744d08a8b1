use workout_events::{UserId, event};

/// A person wrote.
#[event(type = "person.wrote", version = 1, subject = user_id)]
pub struct PersonWrote {
    /// The person.
    pub user_id: UserId,
    /// What was written.
    pub text: String,
}

fn main() {}
