//! From pages of workouts to bytes.

use serde::Serialize;
use stats_store::AsOf;
use workout_events::Violations;
use workout_import::{WorkoutWriter, event_line};

use super::table;
use crate::operation::AsOf as Moment;
use crate::statistics::{Sums, WholeWorkout};

/// Who says of events that they come from here.
pub(super) const SOURCE: &str = "/stats-http";

/// Writes one form.
pub(super) enum Encoder {
    Table,
    Json { is_first: bool },
    Events,
    App(Box<WorkoutWriter<Vec<u8>>>),
}

/// Why a workout cannot be written: never, unless its store is damaged.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwritable {
    #[error("a workout of the store breaks the contract of events")]
    Event(#[from] Violations),
    #[error("it is no JSON")]
    Json(#[from] serde_json::Error),
    #[error("it cannot be written")]
    Io(#[from] std::io::Error),
}

impl Encoder {
    /// What stands before the workouts. `person` is how they count, as a line.
    pub(super) fn begin(&mut self, as_of: AsOf, sums: &Sums, person: Option<Vec<u8>>) -> Result<Vec<u8>, Unwritable> {
        Ok(match self {
            Self::Table => table::HEAD.into(),
            Self::Json { .. } => {
                let mut text = b"{\"as_of\":".to_vec();
                put(&mut text, &Moment::from(as_of))?;
                text.extend(b",\"data\":{\"sums\":");
                put(&mut text, sums)?;
                text.extend(b",\"workouts\":[");
                text
            }
            Self::Events => person.unwrap_or_default(),
            Self::App(writer) => std::mem::take(writer.get_mut()),
        })
    }

    pub(super) fn page(&mut self, workouts: Vec<stats_store::WholeWorkout>) -> Result<Vec<u8>, Unwritable> {
        let mut text = Vec::new();
        for workout in workouts {
            match self {
                Self::Table => text.extend(table::line(&workout).into_bytes()),
                Self::Json { is_first } => {
                    text.extend(if std::mem::take(is_first) { &b"\n"[..] } else { b",\n" });
                    put(&mut text, &WholeWorkout::from(workout))?;
                }
                Self::Events => text.extend(event_line(SOURCE, workout.data)?),
                Self::App(writer) => writer.write(&workout.data)?,
            }
        }
        if let Self::App(writer) = self {
            text = std::mem::take(writer.get_mut());
        }
        Ok(text)
    }

    /// What stands after them.
    pub(super) fn end(&self) -> &'static [u8] {
        if matches!(self, Self::Json { .. }) { b"\n]}}\n" } else { b"" }
    }
}

fn put(text: &mut Vec<u8>, value: &impl Serialize) -> Result<(), Unwritable> {
    Ok(serde_json::to_writer(text, value)?)
}
