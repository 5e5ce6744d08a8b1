//! What a person says about himself: wishes, and goals.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::head::ledger;
use super::plan::aside;
use super::rebuild;
use super::recorded::Recorded;
use crate::error::StoreError;
use crate::fact::{Body, Effect, Fact};
use crate::goal::{GOALS, GoalRow, Spoken, goal_row, judge_all, judge_goal, read_goal};
use crate::news::News;
use crate::number::Day;
use crate::person::{People, Preferences};
use crate::table::{LEDGER, On, PAST, QUARANTINE, Rows, Table, Tables, Value};

/// What people's wishes change, which is done once for all wishes that follow one another.
#[derive(Debug, Default)]
pub(super) struct Wished {
    /// Their days are others, or others may see them.
    moved: BTreeSet<Uuid>,
    /// Their weeks are others, or the day on which a goal was set; and since when they are told.
    judged: BTreeMap<Uuid, Day>,
}

impl Wished {
    pub(super) async fn settle(self, tables: &mut impl Tables, people: &mut People) -> Result<Vec<News>, StoreError> {
        let mut news = Vec::new();
        for user in self.moved {
            let since = self.judged.get(&user).copied().unwrap_or(Day::MIN);
            news.append(&mut rebuild::person(tables, people, user, since).await?);
        }
        for (user, since) in self.judged {
            if people.get(user)?.goals > 0 {
                news.append(&mut judge_all(tables, people, user, since).await?);
            }
        }
        Ok(news)
    }
}

pub(super) async fn wish(
    tables: &mut impl Tables,
    people: &mut People,
    fact: &Fact,
    wished: &mut Wished,
    now_us: i64,
) -> Result<Effect, StoreError> {
    let Body::Wished { user_id, wishes, .. } = &fact.body else { return Ok(Effect::Superseded) };
    let user = Uuid::from(*user_id);
    if let Some(effect) = admit(tables, people, fact, user, now_us).await? {
        return Ok(effect);
    }
    let person = people.change(user)?;
    let before = person.wishes.preferences();
    if !person.wishes.take(wishes, fact.said_us, fact.event_id) {
        return Ok(Effect::Superseded);
    }
    let after = person.wishes.preferences();
    if (after.day_start_hour, after.leaderboard) != (before.day_start_hour, before.leaderboard) {
        wished.moved.insert(user);
    }
    let weeks = |person: Preferences| (person.day_start_hour, person.week_start, person.time_zone);
    if weeks(after) != weeks(before) {
        wished.judged.insert(user, told_since(fact));
    }
    Ok(Effect::Applied)
}

/// Nobody wants to be told today of what was over before somebody said this.
fn told_since(fact: &Fact) -> Day {
    Day::of_clock(fact.said_us.div_euclid(1_000_000), 0).plus(-1)
}

pub(super) async fn goal(
    tables: &mut impl Tables,
    people: &mut People,
    fact: &Fact,
    now_us: i64,
) -> Result<(Effect, Vec<News>), StoreError> {
    let Body::Goal { user_id, goal_id, said } = &fact.body else { return Ok((Effect::Superseded, Vec::new())) };
    let (user, goal) = (Uuid::from(*user_id), Uuid::from(*goal_id));
    if let Some(effect) = admit(tables, people, fact, user, now_us).await? {
        return Ok((effect, Vec::new()));
    }
    let mut key = Rows::new(&GOALS);
    key.push(vec![user.into(), goal.into()]);
    let known = tables.find_under(key).await?.pop().map(read_goal).transpose()?;
    let is_known = known.is_some();
    let mut row = known.unwrap_or(GoalRow { user, goal, spoken: Spoken::default(), settled_day: None });
    if !row.spoken.take(said, (fact.said_us, fact.event_id)) {
        return Ok((Effect::Superseded, Vec::new()));
    }
    put(tables, &GOALS, goal_row(&row), if is_known { On::Replace } else { On::Race }).await?;
    let person = people.change(user)?;
    person.goals += i64::from(!is_known);
    let news = judge_goal(tables, people, &row, told_since(fact)).await?;
    Ok((Effect::Applied, news))
}

/// Takes a fact about a person into the ledger. Where there is nothing more to do, says what became of it.
async fn admit(
    tables: &mut impl Tables,
    people: &People,
    fact: &Fact,
    user: Uuid,
    now_us: i64,
) -> Result<Option<Effect>, StoreError> {
    if people.get(user)?.erased_us.is_some() {
        return Ok(Some(Effect::Erased));
    }
    let recorded = Recorded::find(tables, std::slice::from_ref(fact), |_| false).await?;
    if let Some(effect) = recorded.judge(fact) {
        if effect == Effect::Conflict && fact.is_kept_aside {
            put(tables, &QUARANTINE, aside(fact, now_us), On::Keep).await?;
        }
        return Ok(Some(effect));
    }
    put(tables, &LEDGER, ledger(fact, now_us), On::Race).await?;
    // It is no workout, but it is the person's, and goes when the person goes.
    put(tables, &PAST, vec![fact.identity.into(), Value::Null, user.into()], On::Keep).await?;
    Ok(None)
}

async fn put(tables: &mut impl Tables, table: &'static Table, row: Vec<Value>, on: On) -> Result<(), StoreError> {
    let mut rows = Rows::new(table);
    rows.push(row);
    tables.put(rows, on).await
}
