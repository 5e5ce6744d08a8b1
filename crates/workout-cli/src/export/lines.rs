//! Workouts as lines of a file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use stats_store::{Answer, Lifetime};
use workout_events::{UserId, WorkoutPerformed};
use workout_import::{Units, WorkoutWriter, event_line, preferences_line};

use super::Format;
use super::file::Target;
use crate::failure::Failure;

/// Who says so, in the envelope.
const SOURCE: &str = "/workout-export";

pub(super) struct Lines {
    to: To,
    /// The file, for what goes wrong with it.
    name: Option<PathBuf>,
}

enum To {
    Csv(WorkoutWriter<Target>),
    Events(Target),
}

impl Lines {
    pub(super) fn begin(format: Format, units: Units, target: Target) -> Result<Self, Failure> {
        let name = target.name().map(Path::to_owned);
        let csv = |format: workout_import::Format, target| format.writer(target, units).map(To::Csv);
        let to = match format {
            Format::Jsonl => Ok(To::Events(target)),
            Format::Hevy => csv(workout_import::Format::Hevy, target),
            Format::Strong => csv(workout_import::Format::Strong, target),
        };
        let to = to.map_err(|cause| failure(name.as_deref(), cause))?;
        Ok(Self { to, name })
    }

    /// How the person counts, where that is not as everybody does: without it the same workouts are other days.
    pub(super) fn preferences(&mut self, user: UserId, lifetime: &Answer<Lifetime>) -> Result<(), Failure> {
        let To::Events(target) = &mut self.to else { return Ok(()) };
        let line = preferences_line(SOURCE, user, lifetime);
        let line = line.map_err(|error| Failure::because("the preferences", &error))?;
        let Some(line) = line else { return Ok(()) };
        target.write_all(&line).map_err(|cause| failure(self.name.as_deref(), cause))
    }

    pub(super) fn workout(&mut self, data: WorkoutPerformed) -> Result<(), Failure> {
        let written = match &mut self.to {
            To::Csv(writer) => writer.write(&data),
            To::Events(target) => {
                let id = data.workout_id;
                let line = event_line(SOURCE, data);
                target.write_all(&line.map_err(|error| Failure::because(&format!("workout {id}"), &error))?)
            }
        };
        written.map_err(|cause| failure(self.name.as_deref(), cause))
    }

    pub(super) fn finish(self) -> Result<(), Failure> {
        let target = match self.to {
            To::Csv(writer) => writer.into_inner(),
            To::Events(target) => target,
        };
        target.finish().map_err(|cause| failure(self.name.as_deref(), cause))
    }
}

fn failure(name: Option<&Path>, cause: io::Error) -> Failure {
    match name {
        Some(name) => Failure::at(name, cause),
        None => Failure::from(cause),
    }
}
