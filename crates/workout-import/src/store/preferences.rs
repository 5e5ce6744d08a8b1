//! How a person counts, as a line of a file with all workouts.

use stats_store::{Answer, Lifetime};
use workout_events::types::user::UserPreferencesChanged;
use workout_events::{Event, EventId, EventType, UserId, Violations};

/// How the person counts as a line of JSON, to stand before those of [`event_line`](crate::event_line): without it the same
/// workouts are other days. Nothing for who counts as everybody does.
///
/// Whether to be shown to others was said to one service, and is not passed on.
///
/// # Errors
/// When `source` does not keep the contract.
pub fn preferences_line(
    source: &str,
    user: UserId,
    lifetime: &Answer<Lifetime>,
) -> Result<Option<Vec<u8>>, Violations> {
    let preferences = lifetime.value.preferences;
    let mut data = UserPreferencesChanged::new(user);
    data.day_start_hour = Some(preferences.day_start_hour).filter(|hour| *hour != 0);
    data.week_start = preferences.week_start;
    data.time_zone = preferences.time_zone;
    data.units = preferences.units;
    let (Some(at), false) = (lifetime.as_of.changed_at, data == UserPreferencesChanged::new(user)) else {
        return Ok(None);
    };
    // The same wishes are the same event, however often they are exported.
    let id = EventId::derived(UserPreferencesChanged::TYPE, &[&user, &at]);
    let mut line = Event::builder(source, data).id(id).time(at).build()?.encode();
    line.push(b'\n');
    Ok(Some(line))
}
