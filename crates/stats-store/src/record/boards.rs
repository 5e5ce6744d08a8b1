//! The records of some people and things, as they were and as they are now.

use std::collections::BTreeMap;

use uuid::Uuid;
use workout_events::types::record::{RecordKind, RecordRevoked, RecordSet};
use workout_events::{Moment, RecordId, UserId, WorkoutId};

use super::mark::{Attempt, RecordOf, attempts};
use super::progression::{Gap, Progression, Step};
use super::rows::{BESTS, RECORDS, Scope, bests, key, read, row};
use crate::error::StoreError;
use crate::goal::said_in_events;
use crate::news::News;
use crate::number::{Counted, Day};
use crate::table::{Find, On, Rows, Table, Tables, Value};

/// The records of one thing, by their kinds.
pub(super) type Board = BTreeMap<RecordKind, Progression>;

#[derive(Debug, Default)]
pub(crate) struct Boards {
    before: BTreeMap<Scope, Board>,
    now: BTreeMap<Scope, Board>,
}

/// What has to be written.
#[derive(Debug)]
struct Difference {
    new: Rows,
    changed: Rows,
    gone: Rows,
    /// The bests that stand, of all that has changed: those of things that had none before, those that had, and the keys of
    /// those that are left without any.
    bests: [Rows; 3],
    news: Vec<News>,
}

impl Boards {
    /// What is kept of a person. Nothing counts yet: all workouts have to be added.
    pub(crate) async fn of(tables: &mut impl Tables, user: Uuid) -> Result<Self, StoreError> {
        let mut all = Rows::new(&RECORDS);
        all.push(vec![user.into()]);
        let mut boards = Self::default();
        boards.read(tables.find_under(all).await?)?;
        boards.now.clear();
        Ok(boards)
    }

    /// Rows of whole progressions, in their order.
    pub(super) fn read(&mut self, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
        for row in rows {
            let (scope, kind, step) = read(row)?;
            self.keep(&scope, kind, step);
        }
        Ok(())
    }

    /// A step that was kept.
    pub(super) fn keep(&mut self, scope: &Scope, kind: RecordKind, step: Step) {
        for boards in [&mut self.before, &mut self.now] {
            let board = boards.entry(scope.clone()).or_default();
            board.entry(kind).or_insert_with(|| Progression::new(kind)).push(step);
        }
    }

    /// A workout counts.
    pub(crate) fn count(&mut self, counted: &Counted, day: Day) {
        for (of, attempt) in attempts(counted, day) {
            self.add(&(counted.user_id.into(), of.to_string()), &attempt);
        }
    }

    pub(super) fn add(&mut self, scope: &Scope, attempt: &Attempt) {
        let board = self.now.entry(scope.clone()).or_default();
        for (kind, value) in &attempt.marks {
            let Attempt { started_us, workout_id, day, .. } = *attempt;
            let step = Step { started_us, workout_id, day: day.number(), value: *value, previous: None };
            board.entry(*kind).or_insert_with(|| Progression::new(*kind)).add(step);
        }
    }

    /// Says where something may have been hidden.
    pub(super) fn remove(&mut self, scope: &Scope, workout_id: WorkoutId) -> Vec<Gap> {
        let board = self.now.entry(scope.clone()).or_default();
        board.values_mut().filter_map(|progression| progression.remove(workout_id)).collect()
    }

    /// With what there is to tell, if anybody is told.
    fn difference(&self, is_told: bool) -> Difference {
        let rows = || Rows::new(&RECORDS);
        let [set, other, none] = [Rows::new(&BESTS), Rows::new(&BESTS), Rows::new(&BESTS)];
        let mut all =
            Difference { new: rows(), changed: rows(), gone: rows(), bests: [set, other, none], news: Vec::new() };
        let empty = Board::new();
        let of = |boards: &BTreeMap<Scope, Board>| boards.keys().cloned().collect::<Vec<_>>();
        let mut scopes = [of(&self.before), of(&self.now)].concat();
        scopes.sort_unstable();
        scopes.dedup();
        for scope in scopes {
            let (before, now) = (self.before.get(&scope).unwrap_or(&empty), self.now.get(&scope).unwrap_or(&empty));
            all.compare_bests(&scope, &standing(before), &standing(now));
            let (was, is) = (steps(before), steps(now));
            all.compare(&scope, &was, &is);
            if is_told {
                all.news.extend(news(&scope, &was, &is));
            }
        }
        all
    }

    /// Writes what has changed, and says what there is to tell.
    pub(crate) async fn write(self, tables: &mut impl Tables) -> Result<Vec<News>, StoreError> {
        let Difference { new, changed, gone, bests: [set, other, none], news } = self.difference(tables.announces());
        tables.remove(gone).await?;
        tables.put(new, On::Race).await?;
        tables.put(changed, On::Replace).await?;
        tables.put(set, On::Race).await?;
        tables.put(other, On::Replace).await?;
        tables.remove(none).await?;
        Ok(news)
    }

    /// Writes all of them anew, whatever was kept, and says what there is to tell.
    pub(crate) async fn rewrite(self, tables: &mut impl Tables, user: Uuid) -> Result<Vec<News>, StoreError> {
        let news = self.difference(tables.announces()).news;
        for table in [&RECORDS, &BESTS] {
            tables.delete(Find::new(table, "user_id", &[user])).await?;
        }
        let whole = Self { before: BTreeMap::new(), now: self.now };
        whole.write(tables).await?;
        Ok(news)
    }

    /// What is kept of a person and should not be, or should be and is not: the table, the row that is there, and the one that
    /// should be.
    pub(crate) async fn drifts(&self, tables: &mut impl Tables, user: Uuid) -> Result<Vec<Drifted>, StoreError> {
        let whole = Self { before: BTreeMap::new(), now: self.now.clone() }.difference(false);
        let mut drifts = Vec::new();
        for should in [whole.new, whole.bests.into_iter().next().unwrap_or_else(|| Rows::new(&BESTS))] {
            let table = should.table;
            let keys = table.key.len();
            let mut should: BTreeMap<_, _> = should.rows.into_iter().map(|row| (row[..keys].to_vec(), row)).collect();
            for row in tables.find(Find::new(table, "user_id", &[user])).await? {
                let wanted = should.remove(&row[..keys]);
                if wanted.as_ref() != Some(&row) {
                    drifts.push((table, Some(row), wanted));
                }
            }
            drifts.extend(should.into_values().map(|wanted| (table, None, Some(wanted))));
        }
        Ok(drifts)
    }
}

/// A table, the row that is there, and the one that should be.
pub(crate) type Drifted = (&'static Table, Option<Vec<Value>>, Option<Vec<Value>>);

/// The steps of all kinds, each in its place.
type Steps = BTreeMap<(RecordKind, (i64, WorkoutId)), Step>;

impl Difference {
    fn compare_bests(&mut self, scope: &Scope, was: &[(RecordKind, Step)], is: &[(RecordKind, Step)]) {
        let [set, other, none] = &mut self.bests;
        match (was.is_empty(), is.is_empty()) {
            _ if was == is => {}
            (true, _) => set.push(bests(scope, is)),
            (false, false) => other.push(bests(scope, is)),
            (false, true) => none.push(vec![scope.0.into(), scope.1.as_str().into()]),
        }
    }

    fn compare(&mut self, scope: &Scope, was: &Steps, is: &Steps) {
        for (at, step) in is {
            match was.get(at) {
                Some(old) if old == step => {}
                Some(_) => self.changed.push(row(scope, at.0, step)),
                None => self.new.push(row(scope, at.0, step)),
            }
        }
        let gone = was.iter().filter(|(at, _)| !is.contains_key(at));
        self.gone.rows.extend(gone.map(|(at, step)| key(scope, at.0, step)));
    }
}

/// What there is to tell. The same workout at another time is no other record.
fn news(scope: &Scope, was: &Steps, is: &Steps) -> Vec<News> {
    let same = |steps: &Steps, kind: RecordKind, step: &Step, of_value: bool| {
        let is_same = |old: &Step| old.workout_id == step.workout_id && (!of_value || old.value == step.value);
        steps.iter().any(|((other, _), old)| *other == kind && is_same(old))
    };
    let mut news = Vec::new();
    for (at, step) in is {
        if was.get(at) != Some(step) && !same(was, at.0, step, true) {
            news.extend(set(scope, at.0, step));
        }
    }
    for (at, step) in was {
        if !is.contains_key(at) && !same(is, at.0, step, false) {
            news.extend(revoked(scope, at.0, step));
        }
    }
    news
}

fn steps(board: &Board) -> Steps {
    let of = |(kind, progression): (&RecordKind, &Progression)| {
        let kind = *kind;
        let at = move |step: &Step| ((kind, (step.started_us, step.workout_id)), *step);
        progression.steps().iter().map(at).collect::<Vec<_>>()
    };
    board.iter().flat_map(of).collect()
}

fn standing(board: &Board) -> Vec<(RecordKind, Step)> {
    board.iter().filter_map(|(kind, progression)| Some((*kind, *progression.last()?))).collect()
}

/// Nothing where an id or a time cannot be said in an event, which no stored workout has.
fn set(scope: &Scope, kind: RecordKind, step: &Step) -> Option<News> {
    let at = workout_events::jiff::Timestamp::from_microsecond(step.started_us).ok()?;
    let value = u64::try_from(step.value).ok()?;
    let mut set = RecordSet::new(
        record_id(scope, kind, step),
        UserId::new(scope.0).ok()?,
        kind,
        step.workout_id,
        value,
        said_in_events(Moment::from(at))?,
    );
    set.previous_value = step.previous.and_then(|value| u64::try_from(value).ok());
    match scope.1.parse().ok()? {
        RecordOf::Exercise(id) => set.exercise_id = Some(id),
        RecordOf::Activity(activity) => set.activity_type = Some(activity),
    }
    Some(News::RecordSet(set))
}

fn revoked(scope: &Scope, kind: RecordKind, step: &Step) -> Option<News> {
    let user = UserId::new(scope.0).ok()?;
    Some(News::RecordRevoked(RecordRevoked::new(record_id(scope, kind, step), user, step.workout_id)))
}

/// The same for the same record, whoever computes it: of a person, of something, of a kind, and of the workout that set it.
fn record_id(scope: &Scope, kind: RecordKind, step: &Step) -> RecordId {
    RecordId::from_foreign("stats-store", &format!("{} {} {kind} {}", scope.0, scope.1, step.workout_id))
}
