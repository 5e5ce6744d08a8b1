use workout_events::event;

/// People left.
#[event(type = "people.left", version = 1, subject = first)]
pub struct PeopleLeft {
    /// The first.
    pub first: workout_events::UserId,
    /// The others.
    pub others: Vec<workout_events::UserId>,
}

fn main() {}
