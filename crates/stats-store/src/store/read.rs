//! What our stores read: rows into answers.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;
use workout_events::jiff::Timestamp;
use workout_events::{ActivityType, GoalId, UserId, WorkoutId, WorkoutPerformed};

use super::database::{Database, Store};
use super::open::StatsStore;
use crate::definition::definition;
use crate::error::{Kind, StoreError};
use crate::fact::Fact;
use crate::goal::{GOALS, GoalRow, OUTCOMES, Outcome, Terms, outcome, read_goal};
use crate::number::{Day, Effort, Month, Tally, Totals};
use crate::person::{AsOf, Person};
use crate::projection::{DAYS, EFFORTS, EXERCISES, within};
use crate::query::{
    ActiveDay, Answer, Board, DaySums, Days, EffortOf, ExerciseSums, Goal, Lifetime, MonthSums, Performed, Ranked,
    Record, Sums, Tries, WholeWorkout, WorkoutFilter, ranked,
};
use crate::record::{BESTS, RECORDS, RecordOf, record, standing};
use crate::seam::StatsReader;
use crate::table::{Cells, Filter, LEDGER, PAST, Scan, Table, Take, Value, WORKOUTS};
use crate::write::is_stripped;

const TALLY: [&str; Tally::COLUMNS.len()] = {
    let mut names = [""; Tally::COLUMNS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Tally::COLUMNS[at].name;
        at += 1;
    }
    names
};

#[async_trait]
impl<D: Database> StatsReader for Store<D> {
    async fn totals(&self, user: UserId) -> Result<Totals, StoreError> {
        Ok(Totals::from(&self.lifetime(user).await?.value.sums))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.0.ping().await
    }

    async fn lifetime(&self, user: UserId) -> Result<Answer<Lifetime>, StoreError> {
        let person = self.0.person(user.into()).await?.map(Person::from_row).transpose()?;
        let as_of = of_this_definition(person.as_ref().map(Person::as_of))?;
        let lifetime = person.map_or_else(Lifetime::default, |person| Lifetime {
            sums: person.tally,
            preferences: person.wishes.preferences(),
        });
        Ok(Answer::new(as_of, lifetime))
    }

    async fn sums(&self, user: UserId, days: Days) -> Result<Answer<Vec<Sums>>, StoreError> {
        let take = Take::Sums { by: &["activity"], of: &TALLY };
        let read = |row| {
            let mut cells = Cells::new(row);
            Ok(Sums { activity: activity(&mut cells)?, sums: Tally::from_columns(cells.ints()?) })
        };
        self.scan(user, &DAYS.table, within(days), take, read).await
    }

    async fn days(&self, user: UserId, days: Days) -> Result<Answer<Vec<DaySums>>, StoreError> {
        self.scan(user, &DAYS.table, within(days), Take::Rows, day_sums).await
    }

    async fn months(&self, user: UserId, days: Days) -> Result<Answer<Vec<MonthSums>>, StoreError> {
        let first = Month::of(days.first);
        let first = first.number() + i64::from(first.first_day() < days.first);
        let filter = Filter::Between("month", first, Month::of(days.last).number());
        let read = |row| {
            let mut cells = Cells::new(row);
            let month = Month::from_number(cells.int()?);
            let (first_day, activity) = (month.first_day(), activity(&mut cells)?);
            Ok(MonthSums { first_day, activity, sums: Tally::from_columns(cells.ints()?) })
        };
        let take = Take::Sums { by: &["month", "activity"], of: &TALLY };
        self.scan(user, &DAYS.table, vec![filter], take, read).await
    }

    async fn active_days(&self, user: UserId) -> Result<Answer<Vec<Day>>, StoreError> {
        // In the order of the key, so that nothing has to be sorted.
        let take = Take::Sums { by: &["month", "day"], of: &[] };
        let read = |row| {
            let mut cells = Cells::new(row);
            let (_month, day) = (cells.int()?, cells.int()?);
            Ok(Day::from_number(day))
        };
        self.scan(user, &DAYS.table, Vec::new(), take, read).await
    }

    async fn calendar(&self, user: UserId, days: Days) -> Result<Answer<Vec<ActiveDay>>, StoreError> {
        let take = Take::Sums { by: &["month", "day"], of: &["workouts", "duration_s"] };
        let read = |row| {
            let mut cells = Cells::new(row);
            let (_month, day) = (cells.int()?, Day::from_number(cells.int()?));
            Ok(ActiveDay { day, workouts: cells.int()?, duration_s: cells.int()? })
        };
        self.scan(user, &DAYS.table, within(days), take, read).await
    }

    async fn exercises(&self, user: UserId) -> Result<Answer<Vec<ExerciseSums>>, StoreError> {
        let read = |row| {
            let mut cells = Cells::new(row);
            let (_user, exercise_id) = (cells.id()?, cells.text()?);
            let [workouts, sets, reps, volume_g, warmup_volume_g] = cells.ints()?;
            Ok(ExerciseSums { exercise_id, workouts, sets, reps, volume_g, warmup_volume_g })
        };
        self.scan(user, &EXERCISES.table, Vec::new(), Take::Rows, read).await
    }

    async fn efforts(&self, user: UserId, exercise: &str, days: Days) -> Result<Answer<Vec<EffortOf>>, StoreError> {
        let filters = vec![Filter::Equal("exercise", exercise.into()), between("day", days)];
        self.scan(user, &EFFORTS.table, filters, Take::Rows, effort).await
    }

    async fn workouts(&self, user: UserId, filter: &WorkoutFilter) -> Result<Answer<Vec<Performed>>, StoreError> {
        let (filters, take) = page(filter);
        self.scan(user, &WORKOUTS, filters, take, |row| performed(&mut Cells::new(row))).await
    }

    async fn whole_workouts(
        &self,
        user: UserId,
        filter: &WorkoutFilter,
    ) -> Result<Answer<Vec<WholeWorkout>>, StoreError> {
        let (filters, take) = page(filter);
        self.scan_whole(user, &WORKOUTS, filters, take, whole).await
    }

    async fn workout(&self, user: UserId, workout: WorkoutId) -> Result<Answer<Option<WholeWorkout>>, StoreError> {
        let filters = vec![Filter::Equal("workout_id", Value::Id(workout.into()))];
        Ok(self.scan_whole(user, &WORKOUTS, filters, Take::Rows, whole).await?.map(|mut found| found.pop()))
    }

    async fn revisions(&self, user: UserId, workout: WorkoutId) -> Result<Answer<Vec<WorkoutPerformed>>, StoreError> {
        let of_workout = || vec![Filter::Equal("workout_id", Value::Id(workout.into()))];
        // What is written between the two would make them of no moment, so they begin anew.
        let mut tries = Tries::new();
        loop {
            tries.again()?;
            let counting = self.workout(user, workout).await?;
            let past = self.scan_whole(user, &PAST, of_workout(), Take::Rows, past).await?;
            if past.as_of == counting.as_of {
                let counting = counting.value.map(|whole| whole.data);
                let mut all: Vec<_> = past.value.into_iter().flatten().chain(counting).collect();
                all.sort_by_key(|data| data.revision);
                return Ok(Answer::new(past.as_of, all));
            }
        }
    }

    async fn records_of(&self, user: UserId, of: &RecordOf) -> Result<Answer<Vec<Record>>, StoreError> {
        let scope = Filter::Equal("scope", of.to_string().into());
        self.scan(user, &RECORDS, vec![scope], Take::Rows, record).await
    }

    async fn bests(&self, user: UserId) -> Result<Answer<Vec<Record>>, StoreError> {
        let found = self.scan(user, &BESTS, Vec::new(), Take::Rows, standing).await?;
        Ok(found.map(|bests| bests.into_iter().flatten().collect()))
    }

    async fn goals_set(&self, user: UserId) -> Result<Answer<Vec<Goal>>, StoreError> {
        // What was said means what the person's preferences make of it, so both have to be of one moment.
        let mut tries = Tries::new();
        loop {
            tries.again()?;
            let person = self.lifetime(user).await?;
            let goals = self.scan(user, &GOALS, Vec::new(), Take::Rows, read_goal).await?;
            if goals.as_of == person.as_of {
                let goal = |row: GoalRow| {
                    let terms = Terms::new(&row.spoken, person.value.preferences)?;
                    Some(Goal::new(GoalId::new(row.goal).ok()?, terms))
                };
                return Ok(goals.map(|rows| rows.into_iter().filter_map(goal).collect()));
            }
        }
    }

    async fn outcomes(&self, user: UserId) -> Result<Answer<Vec<Outcome>>, StoreError> {
        self.scan(user, &OUTCOMES, Vec::new(), Take::Rows, outcome).await
    }

    async fn known_at(&self, user: UserId, at: Timestamp) -> Result<Arc<dyn StatsReader>, StoreError> {
        let until = Filter::Between("received_us", i64::MIN, at.as_microsecond());
        let facts = self.scan(user, &LEDGER, vec![until], Take::Rows, Fact::from_row).await?;
        let facts: Vec<_> = facts.value.into_iter().flatten().collect();
        let then = StatsStore::memory();
        // Each of them was written before, so there is nothing to be learned from what becomes of it now.
        let _ = then.writer().write(&facts).await?;
        Ok(then.reader())
    }

    async fn leaderboard(&self, board: &Board) -> Result<Vec<Ranked>, StoreError> {
        let mut people = Vec::new();
        for (person, value) in self.0.ranking(board).await? {
            let person = Person::from_row(person)?;
            let user = UserId::new(person.user_id).map_err(|_| Kind::Corrupt("user_id"))?;
            people.push((user, person.wishes.display_name().map(str::to_owned), value));
        }
        Ok(ranked(people))
    }

    async fn latest_records(&self, user: UserId, limit: u16) -> Result<Answer<Vec<Record>>, StoreError> {
        let take = Take::Last(("started_us", "workout_id"), limit.into());
        self.scan(user, &RECORDS, Vec::new(), take, record).await
    }
}

impl<D: Database> Store<D> {
    async fn scan<T>(
        &self,
        user: UserId,
        table: &'static Table,
        filters: Vec<Filter>,
        take: Take,
        read: impl Fn(Vec<Value>) -> Result<T, StoreError> + Send,
    ) -> Result<Answer<Vec<T>>, StoreError> {
        self.read(Scan { table, user: user.into(), filters, take, with_data: false }, read).await
    }

    /// Each row ends with the data of its fact.
    async fn scan_whole<T>(
        &self,
        user: UserId,
        table: &'static Table,
        filters: Vec<Filter>,
        take: Take,
        read: impl Fn(Vec<Value>) -> Result<T, StoreError> + Send,
    ) -> Result<Answer<Vec<T>>, StoreError> {
        self.read(Scan { table, user: user.into(), filters, take, with_data: true }, read).await
    }

    async fn read<T>(
        &self,
        scan: Scan,
        read: impl Fn(Vec<Value>) -> Result<T, StoreError> + Send,
    ) -> Result<Answer<Vec<T>>, StoreError> {
        let seen = self.0.scan(&scan).await?;
        let as_of = of_this_definition(seen.as_of)?;
        Ok(Answer::new(as_of, seen.rows.into_iter().map(read).collect::<Result<_, _>>()?))
    }
}

/// Of a person of whom nothing is known, everything is as this program would have it.
fn of_this_definition(as_of: Option<AsOf>) -> Result<AsOf, StoreError> {
    let as_of = as_of.unwrap_or_else(|| AsOf { definition: definition(), ..AsOf::default() });
    match as_of.definition {
        kept if kept < definition() => Err(Kind::OlderDefinition.into()),
        kept if kept > definition() => Err(Kind::NewerDefinition.into()),
        _ => Ok(as_of),
    }
}

fn page(filter: &WorkoutFilter) -> (Vec<Filter>, Take) {
    let mut filters = vec![between("day", filter.days)];
    if filter.days != Days::ALL {
        filters.push(about(filter.days));
    }
    if let Some(activity) = filter.activity {
        filters.push(Filter::Equal("activity", activity.as_str().into()));
    }
    let place = ("started_us", "workout_id");
    if let Some(after) = &filter.after {
        let key = (after.started_at.as_microsecond(), Uuid::from(after.workout_id));
        filters.push(Filter::Below(place, key));
    }
    (filters, Take::Last(place, filter.limit.into()))
}

/// So that an index by time finds the days: no zone is further from UTC than a day, and no day begins later than at 23
/// o'clock.
pub(crate) fn about(days: Days) -> Filter {
    let us = |day: Day| day.number() * 86_400_000_000;
    Filter::Between("started_us", us(days.first.plus(-1)), us(days.last.plus(4)))
}

/// A row of the days.
pub(crate) fn day_sums(row: Vec<Value>) -> Result<DaySums, StoreError> {
    let mut cells = Cells::new(row);
    let (_user, _month, day) = (cells.id()?, cells.int()?, Day::from_number(cells.int()?));
    Ok(DaySums { day, activity: activity(&mut cells)?, sums: Tally::from_columns(cells.ints()?) })
}

fn between(name: &'static str, days: Days) -> Filter {
    Filter::Between(name, days.first.number(), days.last.number())
}

fn activity(cells: &mut Cells) -> Result<ActivityType, StoreError> {
    cells.text()?.parse().map_err(|_| Kind::Corrupt("activity").into())
}

fn time(cells: &mut Cells) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(cells.int()?).map_err(|_| Kind::Corrupt("started_us").into())
}

fn workout(cells: &mut Cells) -> Result<WorkoutId, StoreError> {
    WorkoutId::new(cells.id()?).map_err(|_| Kind::Corrupt("workout_id").into())
}

/// A row of the efforts.
pub(crate) fn effort(row: Vec<Value>) -> Result<EffortOf, StoreError> {
    let mut cells = Cells::new(row);
    let (_user, _exercise, day) = (cells.id()?, cells.text()?, Day::from_number(cells.int()?));
    let (started_at, workout_id) = (time(&mut cells)?, workout(&mut cells)?);
    let effort = Effort::from_columns(cells.ints()?);
    let some = |value: i64| Some(value).filter(|value| *value > 0);
    Ok(EffortOf {
        day,
        started_at,
        workout_id,
        sets: effort.sets,
        reps: effort.reps,
        volume_g: (effort.volume_sets > 0).then_some(effort.volume_g),
        warmup_volume_g: effort.warmup_volume_g,
        heaviest_g: some(effort.heaviest_g),
        e1rm_g: some(effort.e1rm_g),
        most_reps: some(effort.most_reps),
        least_assistance_g: (effort.assisted_sets > 0).then_some(effort.least_assistance_g),
        distance_m: effort.distance_m,
        duration_ms: effort.duration_ms,
    })
}

fn whole(row: Vec<Value>) -> Result<WholeWorkout, StoreError> {
    let mut cells = Cells::new(row);
    let brief = performed(&mut cells)?;
    let data = said(&mut cells)?.ok_or(Kind::Corrupt("a fact is missing"))?;
    Ok(WholeWorkout { brief, data })
}

/// Nothing, where the fact is a deletion.
fn past(row: Vec<Value>) -> Result<Option<WorkoutPerformed>, StoreError> {
    let mut cells = Cells::new(row);
    let (_fact, _workout, _user) = (cells.id()?, cells.maybe_id()?, cells.maybe_id()?);
    said(&mut cells)
}

fn said(cells: &mut Cells) -> Result<Option<WorkoutPerformed>, StoreError> {
    let read = |data: String| serde_json::from_str(&data).map_err(|_| Kind::Corrupt("data"));
    // Nothing is left of what was said long ago and counts no more.
    Ok(cells.maybe_text()?.filter(|data| !is_stripped(data)).map(read).transpose()?)
}

fn performed(cells: &mut Cells) -> Result<Performed, StoreError> {
    let (workout_id, revision) = (workout(cells)?, cells.int()?);
    let (_kind, _fact, _user) = (cells.int()?, cells.maybe_id()?, cells.maybe_id()?);
    Ok(Performed {
        workout_id,
        revision: u32::try_from(revision).map_err(|_| Kind::Corrupt("revision"))?,
        started_at: time(cells)?,
        day: Day::from_number(cells.int()?),
        activity: activity(cells)?,
        duration_s: cells.int()?,
        energy_kcal: cells.maybe_int()?,
        distance_m: cells.maybe_int()?,
        elevation_gain_m: cells.maybe_int()?,
        volume_g: cells.maybe_int()?,
        sets: cells.int()?,
    })
}
