//! What a write does to records.

use std::collections::BTreeMap;

use workout_events::WorkoutId;
use workout_events::types::record::RecordKind;

use super::boards::Boards;
use super::mark::{Attempt, RecordOf, attempts, is_better, of_activity, of_exercise};
use super::progression::{Gap, Step};
use super::rows::{BESTS, RECORDS, Scope, read_bests};
use crate::error::{Kind, StoreError};
use crate::news::News;
use crate::number::{Counted, Day, Effort};
use crate::projection::EFFORTS;
use crate::table::{Cells, Filter, Rows, Scan, Tables, Take, Value, WORKOUTS};

/// Workouts that came and went, by what they may be records of.
#[derive(Debug, Default)]
pub(crate) struct Changes(BTreeMap<Scope, Change>);

#[derive(Debug, Default)]
struct Change {
    of: Option<RecordOf>,
    added: Vec<Attempt>,
    removed: Vec<Attempt>,
}

impl Changes {
    /// A workout counts, or with -1 does not any more.
    pub(crate) fn count(&mut self, counted: &Counted, day: Day, sign: i64) {
        for (of, attempt) in attempts(counted, day) {
            let change = self.0.entry((counted.user_id.into(), of.to_string())).or_default();
            change.of = Some(of);
            let (to, from) = if sign < 0 {
                (&mut change.removed, &mut change.added)
            } else {
                (&mut change.added, &mut change.removed)
            };
            // What an edit has not changed needs no looking at.
            match from.iter().position(|other| *other == attempt) {
                Some(same) => {
                    from.swap_remove(same);
                }
                None => to.push(attempt),
            }
        }
    }

    /// Brings the records up to date, after the rows of the projections have been written.
    pub(crate) async fn write(mut self, tables: &mut impl Tables) -> Result<Vec<News>, StoreError> {
        self.0.retain(|_, change| !(change.added.is_empty() && change.removed.is_empty()));
        let mut boards = self.boards(tables).await?;
        for (scope, change) in &self.0 {
            let removed = change.removed.iter();
            let gaps = together(removed.flat_map(|attempt| boards.remove(scope, attempt.workout_id)).collect());
            for attempt in &change.added {
                boards.add(scope, attempt);
            }
            for gap in gaps {
                let Some(of) = &change.of else { continue };
                for attempt in within(tables, scope, of, gap).await? {
                    boards.add(scope, &attempt);
                }
            }
        }
        boards.write(tables).await
    }

    /// What has to be known: the records that stand, and of what comes late or goes all of them. What comes last and beats
    /// nothing, as nearly everything does, is forgotten.
    async fn boards(&mut self, tables: &mut impl Tables) -> Result<Boards, StoreError> {
        let mut standing = BTreeMap::new();
        for row in tables.find_under(keys(&BESTS, self.0.keys())).await? {
            let (scope, bests) = read_bests(row)?;
            standing.insert(scope, bests);
        }
        let (mut boards, mut whole) = (Boards::default(), Vec::new());
        self.0.retain(|scope, change| {
            let Some(bests) = standing.remove(scope) else { return true };
            if !change.comes_after(&bests) {
                whole.push(scope.clone());
            } else if change.beats(&bests) {
                for (kind, step) in bests {
                    boards.keep(scope, kind, step);
                }
            } else {
                return false;
            }
            true
        });
        boards.read(tables.find_under(keys(&RECORDS, whole.iter())).await?)?;
        Ok(boards)
    }
}

/// The records that stand, by their kinds.
type Bests = [(RecordKind, Step)];

impl Change {
    /// Whether nothing but the records that stand needs to be known.
    fn comes_after(&self, bests: &Bests) -> bool {
        let is_later = |attempt: &Attempt| {
            let mut rivals = attempt.marks.iter().filter_map(|(kind, _)| best(bests, *kind));
            rivals.all(|best| best.started_us < attempt.started_us)
        };
        self.removed.is_empty() && self.added.iter().all(is_later)
    }

    /// Whether anything is better than what stands.
    fn beats(&self, bests: &Bests) -> bool {
        let mut marks = self.added.iter().flat_map(|attempt| &attempt.marks);
        marks.any(|(kind, value)| best(bests, *kind).is_none_or(|best| is_better(*kind, *value, best.value)))
    }
}

fn best(bests: &Bests, kind: RecordKind) -> Option<&Step> {
    bests.iter().find(|(other, _)| *other == kind).map(|(_, step)| step)
}

fn keys<'s>(table: &'static crate::table::Table, scopes: impl Iterator<Item = &'s Scope>) -> Rows {
    let mut keys = Rows::new(table);
    keys.rows.extend(scopes.map(|(user, scope)| vec![(*user).into(), scope.as_str().into()]));
    keys
}

/// Those that overlap are looked through once.
fn together(mut gaps: Vec<Gap>) -> Vec<Gap> {
    gaps.sort_by_key(|gap| gap.from_us);
    gaps.dedup_by(|next, one| {
        let overlap = one.to_us.is_none_or(|to| next.from_us <= to);
        if overlap {
            one.to_us = one.to_us.zip(next.to_us).map(|(one, next)| one.max(next));
        }
        overlap
    });
    gaps
}

/// How an attempt is read from a row.
type Read = fn(Vec<Value>) -> Result<Attempt, StoreError>;

/// The workouts that count between two records.
async fn within(tables: &mut impl Tables, scope: &Scope, of: &RecordOf, gap: Gap) -> Result<Vec<Attempt>, StoreError> {
    let times = Filter::Between("started_us", gap.from_us, gap.to_us.unwrap_or(i64::MAX));
    let (table, of, read): (_, _, Read) = match of {
        RecordOf::Exercise(id) => (&EFFORTS.table, Filter::Equal("exercise", id.as_str().into()), effort),
        RecordOf::Activity(activity) => (&WORKOUTS, Filter::Equal("activity", activity.as_str().into()), workout),
    };
    let scan = Scan { table, user: scope.0, filters: vec![of, times], take: Take::Rows, with_data: false };
    tables.scan(&scan).await?.into_iter().map(read).collect()
}

fn effort(row: Vec<Value>) -> Result<Attempt, StoreError> {
    let mut cells = Cells::new(row);
    let (_user, _exercise, day) = (cells.id()?, cells.text()?, Day::from_number(cells.int()?));
    let (started_us, workout_id) = (cells.int()?, workout_id(&mut cells)?);
    let marks = of_exercise(&Effort::from_columns(cells.ints()?));
    Ok(Attempt { started_us, workout_id, day, marks })
}

fn workout(mut row: Vec<Value>) -> Result<Attempt, StoreError> {
    let mut take = |name| std::mem::replace(&mut row[WORKOUTS.place(name)], Value::Null);
    let int = |value| if let Value::Int(int) = value { Some(int) } else { None };
    let marks = of_activity(int(take("duration_s")), int(take("distance_m")), int(take("elevation_gain_m")));
    let mut cells = Cells::new(vec![take("started_us"), take("workout_id"), take("day")]);
    let (started_us, workout_id) = (cells.int()?, workout_id(&mut cells)?);
    Ok(Attempt { started_us, workout_id, day: Day::from_number(cells.int()?), marks })
}

fn workout_id(cells: &mut Cells) -> Result<WorkoutId, StoreError> {
    WorkoutId::new(cells.id()?).map_err(|_| Kind::Corrupt("workout_id").into())
}
