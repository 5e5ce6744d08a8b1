use workout_events::{UserId, event};

/// A person left.
#[event(type = "person.left", version = 1, subject = user_id)]
pub struct PersonLeft {
    pub user_id: UserId,
}

fn main() {}
