use workout_events::{UserId, event};

/// People left.
#[event(type = "people.left", version = 1, subject = first)]
pub struct PeopleLeft {
    /// The first.
    pub first: UserId,
    /// The others.
    pub others: Vec<UserId>,
}

fn main() {}
