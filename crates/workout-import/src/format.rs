//! The formats, as their users see them.

use std::io::{self, Read, Write};

use workout_events::WorkoutPerformed;

use crate::options::{Options, Units};
use crate::reason::{FileError, Rejected};
use crate::table::Out;
use crate::{hevy, strong};

/// Whose files they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// The CSV export of Hevy.
    Hevy,
    /// The CSV export of Strong, of iOS or Android.
    Strong,
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "some workouts may have been rejected"]
#[non_exhaustive]
pub struct Imported {
    /// The workouts, each with its first line, all of them as first revisions that keep the contract of events.
    pub workouts: Vec<(u64, WorkoutPerformed)>,
    /// The workouts that could not be taken, in the order of the lines.
    pub rejected: Vec<Rejected>,
    /// Lines with a set of which nothing was written down. It is left out, and the rest of its workout stays.
    pub empty_sets: Vec<u64>,
}

impl Format {
    /// What the events call it: the name of their source.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hevy => hevy::NAME,
            Self::Strong => strong::NAME,
        }
    }

    /// Reads a file. A bad line rejects its workout and no other. Memory grows with the file, since the rows of a workout
    /// need not stand together.
    ///
    /// # Errors
    /// When the input fails, is empty or no text, or lacks a column that every workout needs.
    pub fn read(self, input: impl Read, options: &Options) -> Result<Imported, FileError> {
        match self {
            Self::Hevy => hevy::read(input, options),
            Self::Strong => strong::read(input, options),
        }
    }

    /// Begins a file.
    ///
    /// # Errors
    /// When the output fails.
    pub fn writer<W: Write>(self, output: W, units: Units) -> io::Result<WorkoutWriter<W>> {
        let mut writer = WorkoutWriter { format: self, units, output, lines: Out::default() };
        match self {
            Self::Hevy => hevy::head(units, &mut writer.lines),
            Self::Strong => strong::head(&mut writer.lines),
        }
        writer.flush_lines()?;
        Ok(writer)
    }

    /// What would come back of a workout that was written to such a file and read with these options: what the format has
    /// no place for is gone. A file says nothing new of a workout if it says just this.
    #[must_use]
    pub fn carried(self, data: &WorkoutPerformed, options: &Options) -> Option<WorkoutPerformed> {
        let mut file = Vec::new();
        self.writer(&mut file, options.units).ok()?.write(data).ok()?;
        self.read(&*file, options).ok()?.workouts.pop().map(|(_, data)| data)
    }
}

/// Writes workouts to a file, one after the other.
#[derive(Debug)]
pub struct WorkoutWriter<W> {
    format: Format,
    units: Units,
    output: W,
    lines: Out,
}

impl<W: Write> WorkoutWriter<W> {
    /// Writes a workout, with the times that the clocks of its zone showed.
    ///
    /// # Errors
    /// When the output fails.
    pub fn write(&mut self, data: &WorkoutPerformed) -> io::Result<()> {
        match self.format {
            Format::Hevy => hevy::write(data, self.units, &mut self.lines),
            Format::Strong => strong::write(data, self.units, &mut self.lines),
        }
        self.flush_lines()
    }

    /// The output, to take out of it what was written so far.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.output
    }

    /// The output, which is not flushed.
    pub fn into_inner(self) -> W {
        self.output
    }

    fn flush_lines(&mut self) -> io::Result<()> {
        self.output.write_all(self.lines.take().as_bytes())
    }
}
