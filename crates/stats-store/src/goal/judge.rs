//! Whether goals are reached, as part of a write.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;
use workout_events::types::goal::{GoalAchieved, GoalMetric, GoalMissed, GoalRevoked};
use workout_events::{GoalId, Moment, UserId};

use super::progress::{Point, Progress, Reached, of_tally, points_of_days, points_of_efforts, progress};
use super::rows::{GOALS, GoalRow, OUTCOMES, Row, goal_row, read_goal};
use super::terms::{Terms, said_in_events};
use crate::error::StoreError;
use crate::news::News;
use crate::number::{Counted, Day};
use crate::person::People;
use crate::projection::{DAYS, EFFORTS, within};
use crate::query::Days;
use crate::store::{about, day_sums, effort};
use crate::table::{Filter, Find, On, Rows, Scan, Tables, Take, Value, WORKOUTS};
use crate::write::{Head, counted};

/// The days on which something changed, of people who have goals.
#[derive(Debug, Default)]
pub(crate) struct Judge(BTreeMap<Uuid, BTreeSet<Day>>);

/// What has to be written.
#[derive(Debug)]
struct Verdict {
    new: Rows,
    changed: Rows,
    gone: Rows,
    news: Vec<News>,
}

/// How many workouts are in memory at once while they are read.
const PORTION: usize = 1_000;

/// A stretch, and what it comes to.
type Stretches = BTreeMap<i64, (Days, Progress)>;

impl Judge {
    pub(crate) fn touch(&mut self, user: Uuid, day: Day) {
        self.0.entry(user).or_default().insert(day);
    }

    /// Judges the stretches in which something changed, after the rows of the projections have been written.
    pub(crate) async fn write(self, tables: &mut impl Tables, people: &People) -> Result<Vec<News>, StoreError> {
        let mut verdict = Verdict::new();
        let mut users = Rows::new(&GOALS);
        users.rows.extend(self.0.keys().map(|user| vec![(*user).into()]));
        for row in tables.find_under(users).await? {
            let goal = read_goal(row)?;
            let Some(terms) = Terms::new(&goal.spoken, people.get(goal.user)?.wishes.preferences()) else { continue };
            let touched = self.0.get(&goal.user).into_iter().flatten();
            let stretches: BTreeSet<_> =
                touched.filter_map(|day| terms.stretch(*day)).map(|days| (days.first, days.last)).collect();
            let mut keys = Rows::new(&OUTCOMES);
            let key = |first: &Day| vec![goal.user.into(), goal.goal.into(), first.number().into()];
            keys.rows.extend(stretches.iter().map(|(first, _)| key(first)));
            let kept = tables.find_under(keys).await?.into_iter().map(Row::read).collect::<Result<Vec<_>, _>>()?;
            for (first, last) in stretches {
                let kept = kept.iter().copied().filter(|row| row.first_day == first.number()).collect();
                verdict.judge(tables, &goal, &terms, Days::new(first, last), kept, terms.begun()).await?;
            }
        }
        verdict.write(tables).await
    }
}

/// Judges all stretches of all goals of a person: what a day is has changed, or all of it is made anew. Nobody is told about
/// what ended before this day.
pub(crate) async fn judge_all(
    tables: &mut impl Tables,
    people: &People,
    user: Uuid,
    told_since: Day,
) -> Result<Vec<News>, StoreError> {
    let mut verdict = Verdict::new();
    for goal in goals(tables, user).await? {
        verdict.judge_whole(tables, people, &goal, told_since).await?;
    }
    verdict.write(tables).await
}

/// Judges all stretches of a goal of which something was said. Nobody is told about what ended before this day.
pub(crate) async fn judge_goal(
    tables: &mut impl Tables,
    people: &People,
    goal: &GoalRow,
    told_since: Day,
) -> Result<Vec<News>, StoreError> {
    let mut verdict = Verdict::new();
    verdict.judge_whole(tables, people, goal, told_since).await?;
    verdict.write(tables).await
}

/// What should be kept of a person's goals and is not, or is and should not be.
pub(crate) async fn drifts(
    tables: &mut impl Tables,
    people: &People,
    user: Uuid,
) -> Result<Vec<(Option<Row>, Option<Row>)>, StoreError> {
    let mut drifts = Vec::new();
    for goal in goals(tables, user).await? {
        let kept = outcomes(tables, &goal).await?;
        let Some(terms) = Terms::new(&goal.spoken, people.get(user)?.wishes.preferences()) else { continue };
        let stretches = stretches(tables, &goal, &terms, terms.whole()).await?;
        let mut achieved = achieved_rows(tables, &goal, &terms, &stretches).await?;
        for row in kept.into_iter().filter(|row| row.achieved) {
            let wanted = achieved.remove(&row.first_day);
            if wanted != Some(row) {
                drifts.push((Some(row), wanted));
            }
        }
        drifts.extend(achieved.into_values().map(|wanted| (None, Some(wanted))));
    }
    Ok(drifts)
}

/// Tells which stretches are over without the goal having been reached; each once. `today` is a day of which nothing can come
/// late any more.
pub(crate) async fn settle(
    tables: &mut impl Tables,
    people: &People,
    user: Uuid,
    today: Day,
) -> Result<Vec<News>, StoreError> {
    let mut verdict = Verdict::new();
    let mut settled = Rows::new(&GOALS);
    for mut goal in goals(tables, user).await? {
        let Some(terms) = Terms::new(&goal.spoken, people.get(user)?.wishes.preferences()) else { continue };
        let whole = terms.whole();
        // What was over when the goal was set was not missed.
        let begun = terms.begun();
        let first = goal.settled_day.map_or(begun, |day| Day::from_number(day).plus(1)).max(begun);
        // Nor is anybody told after a year.
        let first = terms.stretch(today.plus(-366)).map_or(first, |stretch| first.max(stretch.first));
        let kept = outcomes(tables, &goal).await?;
        let known = stretches(tables, &goal, &terms, Days::new(first, whole.last.min(today))).await?;
        let mut next = first;
        while let Some(stretch) = terms.stretch(next).filter(|stretch| stretch.last < today) {
            next = stretch.last.plus(1);
            goal.settled_day = Some(stretch.last.number());
            let is_given_up = terms.is_given_up(stretch);
            let has_outcome = kept.iter().any(|row| row.first_day == stretch.first.number());
            if !is_given_up && !has_outcome {
                let value = known.get(&stretch.first.number()).map_or(0, |(_, progress)| progress.value);
                verdict.miss(&goal, &terms, stretch, value);
            }
            if stretch.last >= whole.last {
                break;
            }
        }
        settled.push(goal_row(&goal));
    }
    tables.put(settled, On::Replace).await?;
    verdict.write(tables).await
}

impl Verdict {
    fn new() -> Self {
        let rows = || Rows::new(&OUTCOMES);
        Self { new: rows(), changed: rows(), gone: rows(), news: Vec::new() }
    }

    async fn judge_whole(
        &mut self,
        tables: &mut impl Tables,
        people: &People,
        goal: &GoalRow,
        told_since: Day,
    ) -> Result<(), StoreError> {
        let kept = outcomes(tables, goal).await?;
        let Some(terms) = Terms::new(&goal.spoken, people.get(goal.user)?.wishes.preferences()) else {
            self.gone.rows.extend(kept.iter().map(Row::key));
            return Ok(());
        };
        self.judge(tables, goal, &terms, terms.whole(), kept, told_since).await
    }

    /// Judges the stretches that lie within these days; `kept` is what is kept of them.
    async fn judge(
        &mut self,
        tables: &mut impl Tables,
        goal: &GoalRow,
        terms: &Terms,
        days: Days,
        kept: Vec<Row>,
        told_since: Day,
    ) -> Result<(), StoreError> {
        let mut kept: BTreeMap<_, _> = kept.into_iter().map(|row| (row.first_day, row)).collect();
        let stretches = stretches(tables, goal, terms, days).await?;
        for (first_day, row) in achieved_rows(tables, goal, terms, &stretches).await? {
            let stretch = Days::new(Day::from_number(first_day), Day::from_number(row.last_day));
            let before = kept.remove(&first_day);
            match before {
                Some(before) if before == row => continue,
                Some(_) => self.changed.push(row.into_row()),
                None => self.new.push(row.into_row()),
            }
            if !before.is_some_and(|before| before.achieved) && stretch.last >= told_since {
                self.news.extend(achieved(goal, terms, stretch, &row));
            }
        }
        for (first_day, row) in kept {
            let stretch = Days::new(Day::from_number(row.first_day), Day::from_number(row.last_day));
            // What was missed stays so until it is reached after all.
            let is_stretch = terms.stretch(stretch.first) == Some(stretch);
            if !row.achieved && is_stretch {
                continue;
            }
            let value = stretches.get(&first_day).map_or(0, |(_, progress)| progress.value);
            // Its time is over, which was looked at when it was reached.
            if is_stretch && goal.settled_day >= Some(row.last_day) && !terms.is_given_up(stretch) {
                self.changed.push(missed(goal, terms, stretch, value).into_row());
                self.news.extend(missed_news(goal, terms, stretch, value));
            } else {
                self.gone.push(row.key());
            }
            if row.achieved && stretch.last >= told_since {
                self.news.extend(revoked(goal, terms, stretch, value));
            }
        }
        Ok(())
    }

    fn miss(&mut self, goal: &GoalRow, terms: &Terms, stretch: Days, value: i64) {
        self.new.push(missed(goal, terms, stretch, value).into_row());
        self.news.extend(missed_news(goal, terms, stretch, value));
    }

    async fn write(self, tables: &mut impl Tables) -> Result<Vec<News>, StoreError> {
        tables.remove(self.gone).await?;
        tables.put(self.new, On::Race).await?;
        tables.put(self.changed, On::Replace).await?;
        Ok(self.news)
    }
}

async fn goals(tables: &mut impl Tables, user: Uuid) -> Result<Vec<GoalRow>, StoreError> {
    tables.find(Find::new(&GOALS, "user_id", &[user])).await?.into_iter().map(read_goal).collect()
}

async fn outcomes(tables: &mut impl Tables, goal: &GoalRow) -> Result<Vec<Row>, StoreError> {
    let mut key = Rows::new(&OUTCOMES);
    key.push(vec![goal.user.into(), goal.goal.into()]);
    tables.find_under(key).await?.into_iter().map(Row::read).collect()
}

/// What each stretch within these days comes to; those without a workout are left out.
async fn stretches(
    tables: &mut impl Tables,
    goal: &GoalRow,
    terms: &Terms,
    days: Days,
) -> Result<Stretches, StoreError> {
    let mut grouped = BTreeMap::<i64, (Days, Vec<Point>)>::new();
    for point in points(tables, goal.user, terms, days).await? {
        if let Some(stretch) = terms.stretch(point.day) {
            grouped.entry(stretch.first.number()).or_insert((stretch, Vec::new())).1.push(point);
        }
    }
    let progress = |(first_day, (days, points)): (i64, (Days, Vec<Point>))| {
        (first_day, (days, progress(terms.metric, terms.target(days), &points)))
    };
    Ok(grouped.into_iter().map(progress).collect())
}

async fn points(tables: &mut impl Tables, user: Uuid, terms: &Terms, days: Days) -> Result<Vec<Point>, StoreError> {
    let scan = |table, filters| Scan { table, user, filters, take: Take::Rows, with_data: false };
    if let Some(exercise) = &terms.exercise {
        let filters = vec![
            Filter::Equal("exercise", exercise.as_str().into()),
            Filter::Between("day", days.first.number(), days.last.number()),
        ];
        let rows = tables.scan(&scan(&EFFORTS.table, filters)).await?;
        return Ok(points_of_efforts(terms, rows.into_iter().map(effort).collect::<Result<_, _>>()?));
    }
    let rows = tables.scan(&scan(&DAYS.table, within(days))).await?;
    let days: Vec<_> = rows.into_iter().map(day_sums).collect::<Result<_, _>>()?;
    Ok(points_of_days(terms, &days))
}

/// The rows of the stretches in which the goal was reached, by their first days.
async fn achieved_rows(
    tables: &mut impl Tables,
    goal: &GoalRow,
    terms: &Terms,
    stretches: &Stretches,
) -> Result<BTreeMap<i64, Row>, StoreError> {
    let reached = stretches.values().filter_map(|(_, progress)| progress.reached);
    let workouts =
        workouts_of(tables, goal.user, terms, &reached.map(|reached| reached.point).collect::<Vec<_>>()).await?;
    let mut rows = BTreeMap::new();
    for (first_day, (stretch, progress)) in stretches {
        let Some(reached) = progress.reached else { continue };
        let target = terms.target(*stretch);
        let Some((workout, value)) = reached_by(terms, reached, target, &workouts) else { continue };
        let row = Row {
            user: goal.user,
            goal: goal.goal,
            first_day: *first_day,
            achieved: true,
            last_day: stretch.last.number(),
            target,
            value,
            at_us: Some(workout.ended_us),
            workout: Some(workout.workout_id.into()),
        };
        rows.insert(*first_day, row);
    }
    Ok(rows)
}

/// The workouts of the days of these points, by their times: in as many questions for many days as for one.
async fn workouts_of(
    tables: &mut impl Tables,
    user: Uuid,
    terms: &Terms,
    points: &[Point],
) -> Result<BTreeMap<i64, Vec<Counted>>, StoreError> {
    let days: BTreeSet<_> = points.iter().map(|point| point.day).collect();
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(BTreeMap::new()) };
    let hull = Days::new(*first, *last);
    let mut filters = vec![Filter::Between("day", first.number(), last.number()), about(hull)];
    filters.extend(
        terms
            .activity
            .filter(|_| terms.exercise.is_none())
            .map(|activity| Filter::Equal("activity", activity.as_str().into())),
    );
    let scan = Scan { table: &WORKOUTS, user, filters, take: Take::Rows, with_data: false };
    let mut heads = Vec::new();
    for row in tables.scan(&scan).await? {
        let day = match &row[WORKOUTS.place("day")] {
            Value::Int(day) if days.contains(&Day::from_number(*day)) => *day,
            _ => continue,
        };
        heads.extend(Head::from_row(row)?.fact_id.map(|fact| (day, fact)));
    }
    let mut workouts = BTreeMap::<i64, Vec<Counted>>::new();
    for portion in heads.chunks(PORTION) {
        let facts: Vec<_> = portion.iter().map(|(_, fact)| *fact).collect();
        let mut found = counted(tables, &facts).await?;
        for (day, fact) in portion {
            workouts.entry(*day).or_default().extend(found.remove(fact));
        }
    }
    for workouts in workouts.values_mut() {
        workouts.sort_by_key(|workout| (workout.started_us, workout.workout_id));
    }
    Ok(workouts)
}

/// The workout with which the target was reached, and what there was then.
fn reached_by<'w>(
    terms: &Terms,
    Reached { point, before, after }: Reached,
    target: i64,
    workouts: &'w BTreeMap<i64, Vec<Counted>>,
) -> Option<(&'w Counted, i64)> {
    let workouts = workouts.get(&point.day.number())?;
    if let Some(id) = point.workout_id {
        return workouts.iter().find(|workout| workout.workout_id == id).map(|workout| (workout, after));
    }
    // A day in a row is one with its first workout; of a sum it takes some of the day's.
    if terms.metric == GoalMetric::StreakDays {
        return workouts.first().map(|workout| (workout, after));
    }
    let mut value = before;
    workouts.iter().find_map(|workout| {
        value += of_tally(terms.metric, &workout.tally);
        (value >= target).then_some((workout, value))
    })
}

fn whose(goal: &GoalRow) -> Option<(UserId, GoalId)> {
    Some((UserId::new(goal.user).ok()?, GoalId::new(goal.goal).ok()?))
}

fn missed(goal: &GoalRow, terms: &Terms, stretch: Days, value: i64) -> Row {
    Row {
        user: goal.user,
        goal: goal.goal,
        first_day: stretch.first.number(),
        achieved: false,
        last_day: stretch.last.number(),
        target: terms.target(stretch),
        value,
        at_us: None,
        workout: None,
    }
}

fn missed_news(goal: &GoalRow, terms: &Terms, stretch: Days, value: i64) -> Option<News> {
    let (user, goal_id) = whose(goal)?;
    let value = u64::try_from(value).ok()?;
    Some(News::GoalMissed(GoalMissed::new(goal_id, user, terms.beginning(stretch)?, value)))
}

fn achieved(goal: &GoalRow, terms: &Terms, stretch: Days, row: &Row) -> Option<News> {
    let (user, goal_id) = whose(goal)?;
    let at = workout_events::jiff::Timestamp::from_microsecond(row.at_us?).ok()?;
    let value = u64::try_from(row.value).ok()?;
    let achieved =
        GoalAchieved::new(goal_id, user, terms.beginning(stretch)?, value, said_in_events(Moment::from(at))?);
    Some(News::GoalAchieved(achieved))
}

fn revoked(goal: &GoalRow, terms: &Terms, stretch: Days, value: i64) -> Option<News> {
    let (user, goal_id) = whose(goal)?;
    let value = u64::try_from(value).ok()?;
    Some(News::GoalRevoked(GoalRevoked::new(goal_id, user, terms.beginning(stretch)?, value)))
}
