use workout_events::event;

/// A person left.
#[event(type = "person.left", subject = user_id)]
pub struct PersonLeft {
    /// The person.
    pub user_id: workout_events::UserId,
}

/// A person came.
#[event(type = "person.came", version = 1, subject = usr_id)]
pub struct PersonCame {
    /// The person.
    pub user_id: workout_events::UserId,
}

/// A person stayed.
#[event(type = "person.stayed", version = 1, subject = user_id, exchnge = "people")]
pub struct PersonStayed {
    /// The person.
    pub user_id: workout_events::UserId,
}

fn main() {}
