//! What travels.

use workout_events::jiff::{SignedDuration, Zoned};
use workout_events::{ActivityType, Event, Source, UserId, WorkoutId, WorkoutPerformed};

use crate::Failure;

/// An event of the usual size, of a workout of its own.
///
/// # Errors
/// When it breaks the contract, which it does not.
pub fn event() -> Result<Event<WorkoutPerformed>, Failure> {
    let started: Zoned = "2026-03-28T17:29:00[Europe/Berlin]".parse()?;
    let ended = started.checked_add(SignedDuration::from_mins(61))?;
    let (workout, user) = (WorkoutId::generate(), UserId::generate());
    let performed = WorkoutPerformed::new(workout, user, Source::new("coach"), ActivityType::Running, &started, &ended);
    Ok(Event::new("/coach", performed)?)
}
