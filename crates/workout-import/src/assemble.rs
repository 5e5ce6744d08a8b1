//! From rows to workouts.

use std::collections::HashMap;

use workout_events::{Event, Exercise, Modality, Moment, Set, Source, Violation, WorkoutPerformed};

use crate::cell::{later, resolve, resolve_end};
use crate::format::Imported;
use crate::identity::{exercise_id, external_id, workout_id};
use crate::options::Options;
use crate::reason::{Reason, Rejected};
use crate::row::{End, Entry, Key, Row};
use crate::{activity, notes};

/// What the workouts are called that are judged; nobody sees it.
const JUDGE: &str = "/workout-import";

/// Gathers the rows of workouts, wherever they stand in the file.
pub(crate) struct Assembly<'o> {
    source: &'static str,
    /// The names of the columns for start and end, for reasons.
    columns: [&'static str; 2],
    options: &'o Options,
    by_key: HashMap<Key, usize>,
    workouts: Vec<Gathered>,
    imported: Imported,
}

struct Gathered {
    key: Key,
    line: u64,
    end: End,
    description: String,
    parts: Vec<Part>,
    fault: Option<Rejected>,
}

/// An exercise, as far as its rows stand together.
struct Part {
    title: String,
    superset: String,
    notes: Vec<String>,
    last: Option<u32>,
    line: u64,
    sets: Vec<(u64, Set)>,
}

impl<'o> Assembly<'o> {
    pub(crate) fn new(source: &'static str, columns: [&'static str; 2], options: &'o Options) -> Self {
        let (by_key, workouts) = (HashMap::new(), Vec::new());
        Self { source, columns, options, by_key, workouts, imported: Imported::default() }
    }

    /// A row that could be read as far as its workout is known, or not even that.
    pub(crate) fn add(&mut self, line: u64, key: Result<Key, Reason>, row: Result<Row, Reason>) {
        let key = match key {
            Ok(key) => key,
            Err(reason) => return self.imported.rejected.push(Rejected { line, reason }),
        };
        let place = *self.by_key.entry(key.clone()).or_insert_with(|| {
            let (end, description) = (End::Unknown, String::new());
            self.workouts.push(Gathered { key, line, end, description, parts: Vec::new(), fault: None });
            self.workouts.len() - 1
        });
        let workout = &mut self.workouts[place];
        let added = row.and_then(|row| workout.add(line, row, self.columns[1], &mut self.imported.empty_sets));
        if let Err(reason) = added {
            workout.fault.get_or_insert(Rejected { line, reason });
        }
    }

    pub(crate) fn finish(mut self) -> Imported {
        for workout in self.workouts {
            let line = workout.line;
            match workout.finish(self.source, self.columns, self.options) {
                Ok(data) => self.imported.workouts.push((line, data)),
                Err(rejected) => self.imported.rejected.push(rejected),
            }
        }
        self.imported.rejected.sort_by_key(|rejected| rejected.line);
        self.imported
    }
}

impl Gathered {
    fn add(&mut self, line: u64, row: Row, end: &'static str, empty_sets: &mut Vec<u64>) -> Result<(), Reason> {
        match (self.end, row.end) {
            (_, End::Unknown) => {}
            (End::Unknown, known) => self.end = known,
            (one, other) if one == other => {}
            _ => return Err(Reason::Differs(end)),
        }
        if self.description.is_empty() {
            self.description = row.description;
        }
        let part = match self.parts.last_mut() {
            Some(part) if part.goes_on_with(&row.exercise, &row.superset, row.place) => part,
            _ => {
                let (title, superset) = (row.exercise, row.superset);
                self.parts.push(Part { title, superset, notes: Vec::new(), last: None, line, sets: Vec::new() });
                let last = self.parts.len() - 1;
                &mut self.parts[last]
            }
        };
        part.last = row.place.or(part.last);
        if !row.note.is_empty() && !part.notes.contains(&row.note) {
            part.notes.push(row.note);
        }
        match row.entry {
            Entry::Set(set) => part.sets.push((line, set)),
            Entry::Empty => empty_sets.push(line),
            Entry::Rest(seconds) => {
                if let Some((_, set)) = part.sets.last_mut() {
                    set.rest_s = Some(seconds);
                }
            }
            Entry::Note => {}
        }
        Ok(())
    }

    fn finish(
        self,
        source: &'static str,
        columns: [&'static str; 2],
        options: &Options,
    ) -> Result<WorkoutPerformed, Rejected> {
        let first_line = self.line;
        let at = |reason| Rejected { line: first_line, reason };
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let started = resolve(self.key.started, options.zone, columns[0]).map_err(at)?;
        let ended = self.ended(started, columns[1], options).map_err(at)?;
        let external = external_id(&self.key.title, self.key.started);
        let ids = (workout_id(options.user, source, &external), options.user);
        let source = Source::new(source).external_id(external).modality(Modality::SelfReported);
        let lines: Vec<Vec<u64>> = self.parts.iter().map(Part::lines).collect();
        let noted: Vec<_> = self.parts.iter().map(|part| (part.title.as_str(), part.notes.join("\n"))).collect();
        let given = noted.iter().enumerate().filter(|(_, (_, note))| !note.is_empty());
        let text = notes::join(&self.description, given.map(|(place, (title, note))| (place, *title, note.as_str())));
        let exercises: Vec<_> = self.parts.into_iter().map(Part::exercise).collect();
        let activity = activity::of(exercises.iter().map(|exercise| &exercise.exercise_id));

        let mut data = WorkoutPerformed::in_zone(ids, source, activity, (started, ended), options.zone);
        data.title = Some(self.key.title).filter(|title| !title.is_empty());
        data.notes = text;
        data.distance_m = distance(&exercises).filter(|_| activity != workout_events::ActivityType::Strength);
        data.exercises = exercises;
        match Event::new(JUDGE, data) {
            Ok(event) => Ok(event.into_data()),
            Err(violations) => {
                let violation = violations.first().clone();
                let line = line_of(&violation, &lines).unwrap_or(first_line);
                Err(Rejected { line, reason: Reason::Refused(violation) })
            }
        }
    }

    /// An end is later than its start: a workout within one minute lasted for a second, and one of unknown length as long as
    /// its sets.
    fn ended(&self, started: Moment, column: &'static str, options: &Options) -> Result<Moment, Reason> {
        let seconds = match self.end {
            End::At(end) if end != self.key.started => return resolve_end(end, options.zone, started, column),
            End::After(seconds @ 1..) => seconds,
            End::At(_) => 1,
            End::After(0) | End::Unknown => {
                let sets = self.parts.iter().flat_map(|part| &part.sets);
                let milliseconds: u64 = sets.filter_map(|(_, set)| set.duration_ms).map(u64::from).sum();
                u32::try_from(milliseconds.div_ceil(1_000)).map_or(u32::MAX, |seconds| seconds.max(1))
            }
        };
        later(started, seconds).ok_or(Reason::TooLarge(column))
    }
}

impl Part {
    fn goes_on_with(&self, title: &str, superset: &str, place: Option<u32>) -> bool {
        let begins_anew = matches!((self.last, place), (Some(last), Some(place)) if place < last);
        self.title == title && self.superset == superset && !begins_anew
    }

    fn lines(&self) -> Vec<u64> {
        [self.line].into_iter().chain(self.sets.iter().map(|(line, _)| *line)).collect()
    }

    fn exercise(self) -> Exercise {
        let mut exercise = Exercise::new(exercise_id(&self.title), self.title);
        exercise.superset_id = Some(self.superset).filter(|id| !id.is_empty()).map(|id| exercise_id(&id));
        let place = |(place, (_, set)): (usize, (u64, Set))| {
            let mut set = set;
            // More than the contract allows are refused when the workout is judged.
            set.index = u16::try_from(place).unwrap_or(u16::MAX);
            set
        };
        exercise.sets = self.sets.into_iter().enumerate().map(place).collect();
        exercise
    }
}

fn distance(exercises: &[Exercise]) -> Option<u32> {
    let sets = exercises.iter().flat_map(|exercise| &exercise.sets);
    sets.filter_map(|set| set.distance_m).fold(None, |sum, metres| Some(sum.unwrap_or(0_u32).saturating_add(metres)))
}

/// The line of the place that a violation points at: `/data/exercises/2/sets/5/reps`.
fn line_of(violation: &Violation, lines: &[Vec<u64>]) -> Option<u64> {
    let mut parts = violation.pointer.split('/').skip_while(|part| *part != "exercises").skip(1);
    let exercise = lines.get(parts.next()?.parse::<usize>().ok()?)?;
    let set = parts.nth(1).and_then(|set| set.parse::<usize>().ok());
    exercise.get(set.map_or(0, |set| set + 1)).copied()
}
