use workout_events::event;

/// A person was weighed.
#[event(type = "person.weighed", version = 1, subject = user_id)]
pub struct PersonWeighed {
    /// The person.
    pub user_id: workout_events::UserId,
    /// The weight.
    pub kilograms: f64,
}

fn main() {}
