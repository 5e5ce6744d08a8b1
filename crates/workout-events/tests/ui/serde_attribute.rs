use workout_events::{UserId, event};

/// A person left.
#[event(type = "person.left", version = 1, subject = user_id)]
pub struct PersonLeft {
    /// The person.
    #[serde(rename = "userId")]
    pub user_id: UserId,
}

fn main() {}
