//! Strong: a row for each set, of which the exports of iOS and Android differ in separators, columns and units.

use std::io::Read;

use workout_events::{EnteredUnit, SetKind, WorkoutPerformed};

use crate::assemble::Assembly;
use crate::cell::{Decimal, duration, duration_text, measure_text};
use crate::flatten::{Flat, needs_sign};
use crate::format::Imported;
use crate::hevy::tenths;
use crate::options::{Options, Units};
use crate::reason::{FileError, Reason};
use crate::row::{Cell, End, Entry, Key, Measures, Row};
use crate::table::{Column, Line, Out, Table};

pub(crate) const NAME: &str = "strong";

struct Columns {
    date: Column,
    title: Column,
    duration: Column,
    exercise: Column,
    order: Column,
    /// With the unit that the name of the column says, or the options.
    weight: (Column, EnteredUnit),
    weight_unit: Column,
    reps: Column,
    distance: (Column, EnteredUnit),
    distance_unit: Column,
    seconds: Column,
    notes: Column,
    workout_notes: Column,
    rpe: Column,
    comma_is_decimal: bool,
}

pub(crate) fn read(input: impl Read, options: &Options) -> Result<Imported, FileError> {
    let mut table = Table::open(input)?;
    let columns = Columns::find(&table, options.units)?;
    let mut assembly = Assembly::new(NAME, ["Date", "Duration"], options);
    while let Some(line) = table.next().map_err(FileError::Io)? {
        assembly.add(line.number, columns.key(&line), columns.row(&line));
    }
    Ok(assembly.finish())
}

impl Columns {
    fn find(table: &Table<'_>, units: Units) -> Result<Self, FileError> {
        let required = |name| {
            let column = table.column(&[name]);
            if column.is_there() { Ok(column) } else { Err(FileError::Columns { app: "Strong", missing: name }) }
        };
        // People are told the plain name, whichever the file has.
        let with_unit = |names: &[(&'static str, EnteredUnit)], plain: &'static str, unit| {
            let exact = names.iter().map(|(name, unit)| (table.column(&[*name]).called(plain), *unit));
            exact.chain([(table.column(&[plain]), unit)]).find(|(column, _)| column.is_there())
        };
        let weights =
            [("Weight (kg)", EnteredUnit::Kg), ("Weight (lb)", EnteredUnit::Lb), ("Weight (lbs)", EnteredUnit::Lb)];
        let distances = [
            ("Distance (meters)", EnteredUnit::M),
            ("Distance (m)", EnteredUnit::M),
            ("Distance (km)", EnteredUnit::Km),
            ("Distance (miles)", EnteredUnit::Mi),
            ("Distance (mi)", EnteredUnit::Mi),
            ("Distance (yards)", EnteredUnit::Yd),
        ];
        let none = (table.column(&[]), EnteredUnit::Kg);
        Ok(Self {
            date: required("Date")?,
            title: required("Workout Name")?,
            duration: table.column(&["Duration", "Duration (sec)", "Workout Duration"]),
            exercise: required("Exercise Name")?,
            order: required("Set Order")?,
            weight: with_unit(&weights, "Weight", units.weight.into()).unwrap_or(none),
            weight_unit: table.column(&["Weight Unit"]),
            reps: table.column(&["Reps"]),
            distance: with_unit(&distances, "Distance", units.distance.into()).unwrap_or(none),
            distance_unit: table.column(&["Distance Unit"]),
            seconds: table.column(&["Seconds"]),
            notes: table.column(&["Notes"]),
            workout_notes: table.column(&["Workout Notes"]),
            rpe: table.column(&["RPE"]),
            comma_is_decimal: table.comma_is_decimal,
        })
    }

    fn key(&self, line: &Line) -> Result<Key, Reason> {
        let started = line.time(self.date)?;
        Ok(Key { title: line.cell(self.title).to_owned(), started })
    }

    fn row(&self, line: &Line) -> Result<Row, Reason> {
        if let Some(fault) = &line.fault {
            return Err(fault.clone());
        }
        let exercise = line.cell(self.exercise);
        if exercise.is_empty() {
            return Err(Reason::Empty("Exercise Name"));
        }
        let end = match line.cell(self.duration).trim() {
            "" => End::Unknown,
            text => End::After(duration(text, "Duration", self.comma_is_decimal)?),
        };
        let (place, entry) = self.entry(line, exercise)?;
        Ok(Row {
            end,
            description: line.cell(self.workout_notes).to_owned(),
            exercise: exercise.to_owned(),
            superset: String::new(),
            note: line.cell(self.notes).to_owned(),
            place,
            entry,
        })
    }

    fn entry(&self, line: &Line, exercise: &str) -> Result<(Option<u32>, Entry), Reason> {
        let order = line.cell(self.order).trim();
        let kind = match order.to_lowercase().as_str() {
            "rest timer" | "rest" => return Ok((None, self.rest(line)?)),
            "note" | "notes" => return Ok((None, Entry::Note)),
            "w" => SetKind::Warmup,
            "d" => SetKind::Dropset,
            "f" => SetKind::Failure,
            _ => SetKind::Normal,
        };
        let place = match kind {
            SetKind::Normal => {
                let number = Decimal::parse(order, "Set Order", self.comma_is_decimal);
                Some(number.ok().and_then(Decimal::whole).ok_or(Reason::Unknown("Set Order"))?)
            }
            _ => None,
        };
        let cell = |(column, unit): (Column, EnteredUnit)| Cell(line.cell(column), column.1, unit);
        let measures = Measures {
            kind,
            exercise,
            weight: cell((self.weight.0, unit(line, self.weight_unit, self.weight.1)?)),
            reps: cell((self.reps, EnteredUnit::S)),
            distance: cell((self.distance.0, unit(line, self.distance_unit, self.distance.1)?)),
            seconds: cell((self.seconds, EnteredUnit::S)),
            rpe: cell((self.rpe, EnteredUnit::S)),
            zero_is_nothing: true,
            comma_is_decimal: self.comma_is_decimal,
        };
        Ok((place, measures.entry()?))
    }

    fn rest(&self, line: &Line) -> Result<Entry, Reason> {
        match line.cell(self.seconds).trim() {
            "" => Ok(Entry::Note),
            text => Ok(Entry::Rest(duration(text, "Seconds", self.comma_is_decimal)?)),
        }
    }
}

/// The unit that the row says, where there is a column for it.
fn unit(line: &Line, column: Column, otherwise: EnteredUnit) -> Result<EnteredUnit, Reason> {
    Ok(match line.cell(column).trim().to_lowercase().as_str() {
        "" => otherwise,
        "kg" | "kgs" => EnteredUnit::Kg,
        "lb" | "lbs" => EnteredUnit::Lb,
        "m" | "meters" => EnteredUnit::M,
        "km" => EnteredUnit::Km,
        "mi" | "miles" => EnteredUnit::Mi,
        "yd" | "yards" => EnteredUnit::Yd,
        _ => return Err(Reason::Unknown(column.1)),
    })
}

/// The first line: that of iOS.
pub(crate) fn head(out: &mut Out) {
    let names =
        ["Date", "Workout Name", "Duration", "Exercise Name", "Set Order", "Weight", "Reps", "Distance", "Seconds"];
    for name in names.into_iter().chain(["Notes", "Workout Notes", "RPE"]) {
        out.bare(name);
    }
    out.end();
}

pub(crate) fn write(data: &WorkoutPerformed, units: Units, out: &mut Out) {
    let flat = Flat::of(data);
    let started = flat.started.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let elapsed = duration_text(flat.elapsed_s);
    let mut number = 0;
    for row in &flat.rows {
        if row.place == 0 {
            number = 0;
        }
        let mut begin = |order: &str| {
            out.bare(&started).text(flat.title).bare(&elapsed).text(&row.exercise).bare(order);
        };
        let Some(set) = &row.set else {
            begin("Note");
            out.bare("0").bare("0").bare("0").bare("0").text(&row.note).text(&flat.description).bare("").end();
            continue;
        };
        match set.kind {
            SetKind::Warmup => begin("W"),
            SetKind::Dropset => begin("D"),
            SetKind::Failure => begin("F"),
            _ => {
                number += 1;
                begin(&number.to_string());
            }
        }
        let entered = set.entered.as_ref();
        let some = |value: Option<u32>, unit| match value {
            Some(value) => measure_text(value, entered, unit),
            None => "0".to_owned(),
        };
        let weight = some(set.load_g, units.weight.into());
        let sign = if needs_sign(&row.exercise, set) && !weight.starts_with('-') { "-" } else { "" };
        out.bare(&format!("{sign}{weight}"))
            .bare(&set.reps.unwrap_or(0).to_string())
            .bare(&some(set.distance_m, units.distance.into()))
            .bare(&some(set.duration_ms, EnteredUnit::S))
            .text(&row.note)
            .text(&flat.description)
            .bare(&set.rpe_x10.map_or_else(String::new, tenths))
            .end();
        if let Some(seconds) = set.rest_s {
            out.bare(&started).text(flat.title).bare(&elapsed).text(&row.exercise).bare("Rest Timer");
            out.bare("0").bare("0").bare("0").bare(&seconds.to_string()).text("").text("").bare("").end();
        }
    }
}
