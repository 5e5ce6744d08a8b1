//! Events as lines.

use workout_events::{Event, Violations, WorkoutPerformed};

/// The event of a workout as a line of JSON, with its line end: what `workout publish` reads.
///
/// It is said to have been said when the workout ended, so that the same workout is always the same line.
///
/// # Errors
/// When the workout, or `source`, does not keep the contract.
pub fn event_line(source: &str, data: WorkoutPerformed) -> Result<Vec<u8>, Violations> {
    let time = data.ended_at.timestamp();
    let mut line = Event::builder(source, data).time(time).build()?.encode();
    line.push(b'\n');
    Ok(line)
}
