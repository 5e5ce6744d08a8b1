//! A row of a file, in the words of neither app.

use workout_events::jiff::civil::DateTime;
use workout_events::{EnteredUnit, LoadMode, Set, SetKind};

use crate::cell::{Decimal, measure};
use crate::reason::Reason;

/// What makes rows one workout.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) title: String,
    pub(crate) started: DateTime,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) end: End,
    pub(crate) description: String,
    pub(crate) exercise: String,
    pub(crate) superset: String,
    pub(crate) note: String,
    /// Grows within an exercise and begins anew with the next one.
    pub(crate) place: Option<u32>,
    pub(crate) entry: Entry,
}

/// When a workout ended, as far as a row says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    At(DateTime),
    /// So many seconds after it began.
    After(u32),
    Unknown,
}

/// What a row adds to its exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    Set(Set),
    /// A set of which nothing was written down.
    Empty,
    /// Seconds of rest after the set before.
    Rest(u32),
    /// Nothing but its texts.
    Note,
}

/// The cells of a set.
pub(crate) struct Measures<'c> {
    pub(crate) kind: SetKind,
    pub(crate) exercise: &'c str,
    pub(crate) weight: Cell<'c>,
    pub(crate) reps: Cell<'c>,
    pub(crate) distance: Cell<'c>,
    pub(crate) seconds: Cell<'c>,
    pub(crate) rpe: Cell<'c>,
    /// Whether the app writes 0 for what nobody has entered.
    pub(crate) zero_is_nothing: bool,
    pub(crate) comma_is_decimal: bool,
}

/// A cell, the name of its column, and the unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell<'c>(pub(crate) &'c str, pub(crate) &'static str, pub(crate) EnteredUnit);

impl Measures<'_> {
    pub(crate) fn entry(&self) -> Result<Entry, Reason> {
        let mut set = Set::new(0, self.kind);
        self.load(&mut set)?;
        if let Some(reps) = self.number(self.reps)? {
            let Cell(_, column, _) = self.reps;
            let reps = reps.whole().ok_or(Reason::NotWhole(column))?;
            set.reps = Some(u16::try_from(reps).map_err(|_| Reason::TooLarge(column))?);
        }
        if let Some(distance) = self.number(self.distance)? {
            let Cell(text, column, unit) = self.distance;
            let (metres, entered) = measure(text, distance, unit, column)?;
            set.distance_m = Some(metres);
            set.entered = set.entered.or(entered);
        }
        if let Some(seconds) = self.number(self.seconds)? {
            let Cell(text, column, unit) = self.seconds;
            set.duration_ms = Some(measure(text, seconds, unit, column)?.0);
        }
        set.rpe_x10 = self.rpe()?;
        if set.reps.is_none() && set.distance_m.is_none() && set.duration_ms.is_none() && set.load_g.is_none() {
            // No weight is a measure only where nothing else was measured.
            if set.entered.is_none() {
                return Ok(Entry::Empty);
            }
            set.load_g = Some(0);
        }
        Ok(Entry::Set(set))
    }

    /// Weight. None at all is not a load of 0 g: the body alone was moved.
    fn load(&self, set: &mut Set) -> Result<(), Reason> {
        let Cell(text, column, unit) = self.weight;
        let Some(weight) = self.any_number(self.weight)? else { return Ok(()) };
        let (grams, entered) = measure(text, weight, unit, column)?;
        if weight.is_zero() {
            set.entered = entered.filter(|_| !self.zero_is_nothing);
            return Ok(());
        }
        set.load_g = Some(grams);
        set.entered = entered;
        set.load_mode = if weight.is_negative { Some(LoadMode::Assisted) } else { load_mode(self.exercise) };
        Ok(())
    }

    fn rpe(&self) -> Result<Option<u8>, Reason> {
        let Some(rpe) = self.number(self.rpe)?.filter(|rpe| !rpe.is_zero()) else { return Ok(None) };
        let Cell(_, column, _) = self.rpe;
        let tenths = rpe.tenths().ok_or(Reason::NotTenths(column))?;
        u8::try_from(tenths).map(Some).map_err(|_| Reason::TooLarge(column))
    }

    fn number(&self, cell: Cell<'_>) -> Result<Option<Decimal>, Reason> {
        let number = self.any_number(cell)?;
        if number.is_some_and(|number| number.is_negative && !number.is_zero()) {
            return Err(Reason::Negative(cell.1));
        }
        Ok(number.filter(|number| !(self.zero_is_nothing && number.is_zero())))
    }

    fn any_number(&self, Cell(text, column, _): Cell<'_>) -> Result<Option<Decimal>, Reason> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        Decimal::parse(text, column, self.comma_is_decimal).map(Some)
    }
}

/// What a load does, as far as the title of the exercise says so.
pub(crate) fn load_mode(exercise: &str) -> Option<LoadMode> {
    let exercise = exercise.to_lowercase();
    match () {
        () if exercise.contains("assisted") && !exercise.contains("unassisted") => Some(LoadMode::Assisted),
        () if exercise.contains("(weighted") || exercise.starts_with("weighted ") => Some(LoadMode::Added),
        () => None,
    }
}
