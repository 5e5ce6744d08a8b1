use workout_events::event;

/// A person wrote.
#[event(type = "person.wrote", version = 1, subject = user_id)]
pub struct PersonWrote {
    /// The person.
    pub user_id: workout_events::UserId,
    /// What was written.
    pub text: String,
}

fn main() {}
