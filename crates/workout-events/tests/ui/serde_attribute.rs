use workout_events::event;

/// A person left.
#[event(type = "person.left", version = 1, subject = user_id)]
pub struct PersonLeft {
    /// The person.
    #[serde(rename = "userId")]
    pub user_id: workout_events::UserId,
}

fn main() {}
