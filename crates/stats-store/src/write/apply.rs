//! The steps of a write.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::head::Head;
use super::plan::{Change, Plan};
use super::recorded::{Recorded, counted};
use super::{erase, rebuild, wish};
use crate::error::{Kind, StoreError};
use crate::fact::{Body, Effect, Fact};
use crate::news::News;
use crate::number::{Counted, Day};
use crate::person::People;
use crate::projection::{Delta, Deltas};
use crate::table::{Find, On, Rows, Tables, WORKOUTS};
use crate::{goal, record};

/// Writes the facts. The caller commits, or begins anew with `again` after a collision.
///
/// The people come before the workouts, also where a fact changes a workout of somebody it does not name. That is rare, so
/// nobody looks for it before there was a collision, unless a fact names nobody.
pub(crate) async fn apply(
    tables: &mut impl Tables,
    facts: &[Fact],
    again: bool,
    now_us: i64,
) -> Result<(Vec<Effect>, Vec<News>), StoreError> {
    let mut concerned: BTreeSet<Uuid> = facts.iter().filter_map(Fact::user_id).map(Uuid::from).collect();
    if again || facts.iter().any(|fact| fact.user_id().is_none()) {
        concerned.extend(heads(tables, facts, false).await?.iter().filter_map(|head| head.user_id));
    }
    let mut people = People::lock(tables, &concerned).await?;
    let found = heads(tables, facts, true).await?;
    if found.iter().filter_map(|head| head.user_id).any(|user| !concerned.contains(&user)) {
        return Err(Kind::Raced.into());
    }
    // What was kept under an older definition cannot be taken away under this one.
    let mut news = Vec::new();
    for user in people.outdated() {
        news.append(&mut rebuild::person(tables, &mut people, user, Day::MIN).await?);
    }
    let mut effects = Vec::with_capacity(facts.len());
    let mut found = Some(found);
    let mut wished = wish::Wished::default();
    // Facts about people change what the facts after them mean.
    for run in facts.chunk_by(|one, two| one.workout_id().is_some() && two.workout_id().is_some()) {
        if !matches!(run[0].body, Body::Wished { .. }) {
            news.append(&mut std::mem::take(&mut wished).settle(tables, &mut people).await?);
        }
        match &run[0].body {
            Body::Performed(_) | Body::Deleted { .. } => {
                let heads = match found.take().filter(|_| run.len() == facts.len()) {
                    Some(heads) => heads,
                    None => heads(tables, run, true).await?,
                };
                let (mut written, mut told) = workouts(tables, &mut people, run, heads, again, now_us).await?;
                effects.append(&mut written);
                news.append(&mut told);
            }
            Body::Wished { .. } => {
                effects.push(wish::wish(tables, &mut people, &run[0], &mut wished, now_us).await?);
            }
            Body::Goal { .. } => {
                let (effect, mut told) = wish::goal(tables, &mut people, &run[0], now_us).await?;
                effects.push(effect);
                news.append(&mut told);
            }
            Body::Erased { user_id } => {
                effects.push(erase::erase(tables, &mut people, (*user_id).into(), now_us).await?);
                // Nobody hears of somebody who is forgotten with the same commit.
                news.retain(|news| news.user_id() != *user_id);
            }
        }
    }
    news.append(&mut wished.settle(tables, &mut people).await?);
    people.save(tables, now_us).await?;
    Ok((effects, news))
}

async fn heads(tables: &mut impl Tables, facts: &[Fact], lock: bool) -> Result<Vec<Head>, StoreError> {
    let ids: BTreeSet<_> = facts.iter().filter_map(Fact::workout_id).map(Uuid::from).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = ids.into_iter().collect();
    let find = Find { lock, ..Find::new(&WORKOUTS, "workout_id", &ids) };
    tables.find(find).await?.into_iter().map(Head::from_row).collect()
}

async fn workouts(
    tables: &mut impl Tables,
    people: &mut People,
    facts: &[Fact],
    heads: Vec<Head>,
    again: bool,
    now_us: i64,
) -> Result<(Vec<Effect>, Vec<News>), StoreError> {
    let known: BTreeSet<_> = heads.iter().map(|head| head.workout_id).collect();
    // A workout without a head has no fact in the ledger, unless somebody gave another fact the id that belongs to it: then
    // there is a collision.
    let is_new = |fact: &Fact| !again && fact.workout_id().is_some_and(|id| !known.contains(id.as_uuid()));
    let mut recorded = Recorded::find(tables, facts, is_new).await?;
    let mut plan = Plan::new(heads.into_iter());
    plan.decide(facts, &mut recorded, people, now_us)?;

    // What does not count is seen all the same, by whoever asks what a workout once said.
    for (fact, effect) in facts.iter().zip(&plan.effects) {
        if let (Effect::Superseded, Some(user)) = (effect, fact.user_id()) {
            people.change(user.into())?;
        }
    }
    tables.put(plan.ledger, On::Race).await?;
    tables.put(plan.past, On::Keep).await?;
    tables.put(plan.quarantine, On::Keep).await?;
    let news = count(tables, people, plan.heads).await?;
    Ok((plan.effects, news))
}

/// Takes away what counted, and adds what counts.
async fn count(
    tables: &mut impl Tables,
    people: &mut People,
    heads: BTreeMap<Uuid, Change<'_>>,
) -> Result<Vec<News>, StoreError> {
    let replaced = heads.values().filter(|change| change.after.is_some()).filter_map(|change| change.before);
    let replaced: Vec<_> = replaced.filter(|head| head.user_id.is_some()).filter_map(|head| head.fact_id).collect();
    let before = counted(tables, &replaced).await?;
    let (mut new, mut changed, mut sums) = (Rows::new(&WORKOUTS), Rows::new(&WORKOUTS), Sums::default());
    for change in heads.into_values() {
        let Some((head, after)) = change.after else { continue };
        if let Some(counted) = change.before.and_then(|head| head.fact_id).and_then(|id| before.get(&id)) {
            sums.count(people, counted, -1, false)?;
        }
        let shown = match after {
            Some(counted) => Some((counted, sums.count(people, counted, 1, change.before.is_none())?)),
            None => None,
        };
        let rows = if change.before.is_some() { &mut changed } else { &mut new };
        rows.push(head.into_row(shown));
    }
    tables.put(new, On::Race).await?;
    tables.put(changed, On::Replace).await?;
    put(tables, sums.deltas).await?;
    let mut news = sums.records.write(tables).await?;
    news.append(&mut sums.goals.write(tables, people).await?);
    Ok(news)
}

/// What workouts that come and go change beside the ledger.
#[derive(Debug, Default)]
struct Sums {
    deltas: Deltas,
    records: record::Changes,
    goals: goal::Judge,
}

impl Sums {
    fn count(&mut self, people: &mut People, counted: &Counted, sign: i64, is_new: bool) -> Result<Day, StoreError> {
        let person = people.change(counted.user_id.into())?;
        person.tally.add(&counted.tally, sign);
        let (day, has_goals) = (counted.day(person.wishes.day_start_hour()), person.goals > 0);
        self.deltas.count(counted, day, person.wishes.preferences(), sign, is_new);
        self.records.count(counted, day, sign);
        if has_goals {
            self.goals.touch(counted.user_id.into(), day);
        }
        Ok(day)
    }
}

/// Adds to the projections.
pub(super) async fn put(tables: &mut impl Tables, deltas: Deltas) -> Result<(), StoreError> {
    for Delta { new, add, sweep } in deltas.into_deltas() {
        tables.put(new, On::Race).await?;
        tables.put(add, On::Add).await?;
        tables.sweep(sweep).await?;
    }
    Ok(())
}
