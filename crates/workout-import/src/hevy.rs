//! Hevy: a row for each set, with the workout and the exercise repeated in every row.

use std::io::Read;

use workout_events::jiff::civil::DateTime;
use workout_events::{EnteredUnit, SetKind, WorkoutPerformed};

use crate::assemble::Assembly;
use crate::cell::{civil, entered_text, measure_text};
use crate::flatten::{Flat, FlatRow, needs_sign};
use crate::format::Imported;
use crate::options::{DistanceUnit, Options, Units, WeightUnit};
use crate::reason::{FileError, Reason};
use crate::row::{Cell, End, Key, Measures, Row};
use crate::table::{Column, Line, Out, Table};

pub(crate) const NAME: &str = "hevy";

struct Columns {
    title: Column,
    start: Column,
    end: Column,
    description: Column,
    exercise: Column,
    superset: Column,
    note: Column,
    place: Column,
    kind: Column,
    weight: (Column, EnteredUnit),
    reps: Column,
    distance: (Column, EnteredUnit),
    seconds: Column,
    rpe: Column,
}

pub(crate) fn read(input: impl Read, options: &Options) -> Result<Imported, FileError> {
    let mut table = Table::open(input)?;
    let columns = Columns::find(&table)?;
    let comma_is_decimal = table.comma_is_decimal;
    let mut assembly = Assembly::new(NAME, ["start_time", "end_time"], options);
    while let Some(line) = table.next().map_err(FileError::Io)? {
        let (key, row) = (columns.key(&line), columns.row(&line, comma_is_decimal));
        assembly.add(line.number, key, row);
    }
    Ok(assembly.finish())
}

impl Columns {
    fn find(table: &Table<'_>) -> Result<Self, FileError> {
        let required = |name| {
            let column = table.column(&[name]);
            if column.is_there() { Ok(column) } else { Err(FileError::Columns { app: "Hevy", missing: name }) }
        };
        let either = |metric, of_metric, other, of_other| match table.column(&[other]) {
            column if column.is_there() => (column, of_other),
            _ => (table.column(&[metric]), of_metric),
        };
        Ok(Self {
            title: required("title")?,
            start: required("start_time")?,
            end: table.column(&["end_time"]),
            description: table.column(&["description"]),
            exercise: required("exercise_title")?,
            superset: table.column(&["superset_id"]),
            note: table.column(&["exercise_notes"]),
            place: table.column(&["set_index"]),
            kind: table.column(&["set_type"]),
            weight: either("weight_kg", EnteredUnit::Kg, "weight_lbs", EnteredUnit::Lb),
            reps: table.column(&["reps"]),
            distance: either("distance_km", EnteredUnit::Km, "distance_miles", EnteredUnit::Mi),
            seconds: table.column(&["duration_seconds"]),
            rpe: table.column(&["rpe"]),
        })
    }

    fn key(&self, line: &Line) -> Result<Key, Reason> {
        let started = line.time(self.start)?;
        Ok(Key { title: line.cell(self.title).to_owned(), started })
    }

    fn row(&self, line: &Line, comma_is_decimal: bool) -> Result<Row, Reason> {
        if let Some(fault) = &line.fault {
            return Err(fault.clone());
        }
        let exercise = line.cell(self.exercise);
        if exercise.is_empty() {
            return Err(Reason::Empty("exercise_title"));
        }
        let end = match line.cell(self.end).trim() {
            "" => End::Unknown,
            text => End::At(civil(text, "end_time")?),
        };
        let kind = match line.cell(self.kind).trim().to_lowercase().as_str() {
            "normal" | "" => SetKind::Normal,
            "warmup" => SetKind::Warmup,
            "dropset" => SetKind::Dropset,
            "failure" => SetKind::Failure,
            _ => return Err(Reason::Unknown("set_type")),
        };
        let place = match line.cell(self.place).trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| Reason::NotANumber("set_index"))?),
        };
        let cell = |(column, unit): (Column, EnteredUnit)| Cell(line.cell(column), column.1, unit);
        let measures = Measures {
            kind,
            exercise,
            weight: cell(self.weight),
            reps: cell((self.reps, EnteredUnit::S)),
            distance: cell(self.distance),
            seconds: cell((self.seconds, EnteredUnit::S)),
            rpe: cell((self.rpe, EnteredUnit::S)),
            zero_is_nothing: false,
            comma_is_decimal,
        };
        Ok(Row {
            end,
            description: line.cell(self.description).to_owned(),
            exercise: exercise.to_owned(),
            superset: line.cell(self.superset).trim().to_owned(),
            note: line.cell(self.note).to_owned(),
            place,
            entry: measures.entry()?,
        })
    }
}

/// The first line.
pub(crate) fn head(units: Units, out: &mut Out) {
    let weight = if units.weight == WeightUnit::Kg { "weight_kg" } else { "weight_lbs" };
    let distance = if units.distance == DistanceUnit::Km { "distance_km" } else { "distance_miles" };
    let (first, last) =
        (["title", "start_time", "end_time", "description", "exercise_title"], ["duration_seconds", "rpe"]);
    let middle = ["superset_id", "exercise_notes", "set_index", "set_type", weight, "reps", distance];
    for name in first.into_iter().chain(middle).chain(last) {
        out.text(name);
    }
    out.end();
}

pub(crate) fn write(data: &WorkoutPerformed, units: Units, out: &mut Out) {
    let flat = Flat::of(data);
    for row in &flat.rows {
        out.text(flat.title)
            .text(&time(flat.started))
            .text(&time(flat.ended))
            .text(&flat.description)
            .text(&row.exercise);
        // A number, as Hevy has it, or a name from elsewhere.
        if row.superset.bytes().all(|byte| byte.is_ascii_digit()) {
            out.bare(row.superset);
        } else {
            out.text(row.superset);
        }
        out.text(&row.note).bare(&row.place.to_string());
        set(row, units, out);
        out.end();
    }
}

fn set(row: &FlatRow<'_>, units: Units, out: &mut Out) {
    let kind = match row.set.as_ref().map(|set| set.kind) {
        Some(SetKind::Warmup) => "warmup",
        Some(SetKind::Dropset) => "dropset",
        Some(SetKind::Failure) => "failure",
        _ => "normal",
    };
    out.text(kind);
    let Some(set) = &row.set else {
        for _ in 0..5 {
            out.bare("");
        }
        return;
    };
    let entered = set.entered.as_ref();
    let weight = match set.load_g {
        Some(grams) => measure_text(grams, entered, units.weight.into()),
        // Nothing was typed, or a zero.
        None => entered_text(0, entered, units.weight.into()).unwrap_or_default(),
    };
    let sign = if needs_sign(&row.exercise, set) && !weight.starts_with('-') { "-" } else { "" };
    let some = |value: Option<u32>, unit| value.map_or_else(String::new, |value| measure_text(value, entered, unit));
    out.bare(&format!("{sign}{weight}"))
        .bare(&set.reps.map_or_else(String::new, |reps| reps.to_string()))
        .bare(&some(set.distance_m, units.distance.into()))
        .bare(&some(set.duration_ms, EnteredUnit::S))
        .bare(&set.rpe_x10.map_or_else(String::new, tenths));
}

/// `8.5` for 85.
pub(crate) fn tenths(value: u8) -> String {
    if value.is_multiple_of(10) { (value / 10).to_string() } else { format!("{}.{}", value / 10, value % 10) }
}

/// As Hevy writes it in English: seconds are left out.
fn time(at: DateTime) -> String {
    at.strftime("%-d %b %Y, %H:%M").to_string()
}
