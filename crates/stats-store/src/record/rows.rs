//! Records as rows.

use uuid::Uuid;
use workout_events::WorkoutId;
use workout_events::types::record::RecordKind;

use super::mark::RecordOf;
use super::progression::Step;
use crate::error::{Kind, StoreError};
use crate::query::Record;
use crate::table::{Cells, Table, Value, id, int, text};

/// Every best there was, by person and by what it is a record of.
pub(crate) static RECORDS: Table = Table {
    name: "records",
    key: &[id("user_id"), text("scope"), text("kind"), int("started_us"), id("workout_id")],
    rest: &[int("day"), int("value"), int("previous")],
};

/// The bests that stand: a row for what they are records of.
pub(crate) static BESTS: Table =
    Table { name: "bests", key: &[id("user_id"), text("scope")], rest: &[text("standing")] };

/// Whose, and of what.
pub(super) type Scope = (Uuid, String);

pub(super) fn key((user, scope): &Scope, kind: RecordKind, step: &Step) -> Vec<Value> {
    let (scope, kind) = (scope.as_str().into(), kind.as_str().into());
    vec![(*user).into(), scope, kind, step.started_us.into(), Uuid::from(step.workout_id).into()]
}

pub(super) fn row(scope: &Scope, kind: RecordKind, step: &Step) -> Vec<Value> {
    let rest: [Value; 3] = [step.day.into(), step.value.into(), step.previous.into()];
    key(scope, kind, step).into_iter().chain(rest).collect()
}

pub(super) fn read(row: Vec<Value>) -> Result<(Scope, RecordKind, Step), StoreError> {
    let mut cells = Cells::new(row);
    let scope = (cells.id()?, cells.text()?);
    let kind = cells.text()?.parse().map_err(|_| Kind::Corrupt("kind"))?;
    let started_us = cells.int()?;
    let workout_id = WorkoutId::new(cells.id()?).map_err(|_| Kind::Corrupt("workout_id"))?;
    let (day, value, previous) = (cells.int()?, cells.int()?, cells.maybe_int()?);
    Ok((scope, kind, Step { started_us, workout_id, day, value, previous }))
}

pub(super) fn bests(scope: &Scope, standing: &[(RecordKind, Step)]) -> Vec<Value> {
    // A list of numbers and ids neither fails to be JSON nor varies.
    let standing = serde_json::to_string(standing).unwrap_or_default();
    vec![scope.0.into(), scope.1.as_str().into(), standing.into()]
}

pub(super) fn read_bests(row: Vec<Value>) -> Result<(Scope, Vec<(RecordKind, Step)>), StoreError> {
    let mut cells = Cells::new(row);
    let scope = (cells.id()?, cells.text()?);
    let standing = serde_json::from_str(&cells.text()?).map_err(|_| Kind::Corrupt("standing"))?;
    Ok((scope, standing))
}

/// As it is answered.
pub(crate) fn record(row: Vec<Value>) -> Result<Record, StoreError> {
    let ((_, scope), kind, step) = read(row)?;
    let of: RecordOf = scope.parse()?;
    Record::new(of, kind, &step)
}

/// As they are answered.
pub(crate) fn standing(row: Vec<Value>) -> Result<Vec<Record>, StoreError> {
    let ((_, scope), standing) = read_bests(row)?;
    let of: RecordOf = scope.parse()?;
    standing.iter().map(|(kind, step)| Record::new(of.clone(), *kind, step)).collect()
}
