//! People: registered, changed their preferences, erased.

use crate::{UserId, ZoneName, contract, event};

/// A person registered.
#[event(type = "user.registered", version = 1, subject = user_id)]
pub struct UserRegistered {
    /// The person.
    pub user_id: UserId,
    /// The zone in which the person lives.
    pub time_zone: ZoneName,
    /// The first day of the person's week.
    pub week_start: WeekStart,
    /// The hour at which the person's day begins: a workout before it belongs to the day before.
    #[field(range = 0..=23)]
    pub day_start_hour: u8,
    /// The units the person reads.
    pub units: Units,
}

/// A person changed how statistics are shown and counted. Only what changed is present.
#[event(
    type = "user.preferences_changed",
    version = 1,
    subject = user_id,
    any_of(time_zone, week_start, day_start_hour, units)
)]
pub struct UserPreferencesChanged {
    /// The person.
    pub user_id: UserId,
    /// The zone in which the person lives now.
    pub time_zone: Option<ZoneName>,
    /// The first day of the person's week.
    pub week_start: Option<WeekStart>,
    /// The hour at which the person's day begins.
    #[field(range = 0..=23)]
    pub day_start_hour: Option<u8>,
    /// The units the person reads.
    pub units: Option<Units>,
}

/// A person changed what others see of him. Only what changed is present.
#[event(type = "user.visibility_changed", version = 1, subject = user_id, any_of(leaderboard, display_name))]
pub struct UserVisibilityChanged {
    /// The person.
    pub user_id: UserId,
    /// Whether the person is shown on leaderboards. Nobody is who has not said so.
    pub leaderboard: Option<bool>,
    /// What the person is called where others see it. Never logged.
    #[field(chars = 1..=40, private)]
    pub display_name: Option<String>,
}

/// A person is to be forgotten: everybody removes what they hold.
#[event(type = "user.erased", version = 1, subject = user_id)]
pub struct UserErased {
    /// The person.
    pub user_id: UserId,
}

/// The first day of a week.
#[contract]
pub enum WeekStart {
    /// Monday, as ISO 8601 has it.
    Monday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

/// A system of units.
#[contract]
pub enum Units {
    /// Kilograms and kilometres.
    Metric,
    /// Pounds and miles.
    Imperial,
}
