//! Everything that is kept of a person, made anew from what counts.

use uuid::Uuid;

use super::apply::put;
use super::head::Head;
use super::recorded::counted;
use crate::definition::definition;
use crate::error::{Kind, StoreError};
use crate::goal::judge_all;
use crate::news::News;
use crate::number::{Day, Tally};
use crate::person::People;
use crate::projection::{ALL, Deltas};
use crate::record::Boards;
use crate::table::{Find, On, Rows, Tables, WORKOUTS};

/// How many workouts are in memory at once.
const PORTION: usize = 1_000;

/// Locks a person and rebuilds what is kept; says whether there was anything to do. The caller commits.
pub(crate) async fn rebuild(
    tables: &mut impl Tables,
    user: Uuid,
    only_outdated: bool,
    now_us: i64,
) -> Result<(bool, Vec<News>), StoreError> {
    let mut people = People::lock(tables, &[user].into()).await?;
    if only_outdated && people.outdated().is_empty() {
        return Ok((false, Vec::new()));
    }
    let news = person(tables, &mut people, user, Day::MIN).await?;
    people.save(tables, now_us).await?;
    Ok((true, news))
}

/// Of a person who is locked. Of goals nobody is told what ended before this day.
pub(super) async fn person(
    tables: &mut impl Tables,
    people: &mut People,
    user: Uuid,
    told_since: Day,
) -> Result<Vec<News>, StoreError> {
    let preferences = people.get(user)?.wishes.preferences();
    forget(tables, user).await?;
    let mut records = Boards::of(tables, user).await?;
    let mut tally = Tally::default();
    let heads = tables.find(Find::new(&WORKOUTS, "user_id", &[user])).await?;
    let heads = heads.into_iter().map(Head::from_row).collect::<Result<Vec<_>, _>>()?;
    for portion in heads.chunks(PORTION) {
        let facts: Vec<_> = portion.iter().filter_map(|head| head.fact_id).collect();
        let facts = counted(tables, &facts).await?;
        let (mut deltas, mut rows) = (Deltas::default(), Rows::new(&WORKOUTS));
        for head in portion {
            let fact = head.fact_id.and_then(|id| facts.get(&id)).ok_or(Kind::Corrupt("a workout without its fact"))?;
            let day = fact.day(preferences.day_start_hour);
            deltas.count(fact, day, preferences, 1, true);
            records.count(fact, day);
            tally.add(&fact.tally, 1);
            rows.push(head.into_row(Some((fact, day))));
        }
        tables.put(rows, On::Replace).await?;
        put(tables, deltas).await?;
    }
    let mut news = records.rewrite(tables, user).await?;
    let person = people.change(user)?;
    person.tally = tally;
    person.definition = definition();
    if person.goals > 0 {
        news.append(&mut judge_all(tables, people, user, told_since).await?);
    }
    Ok(news)
}

/// Empties the projections of a person.
pub(super) async fn forget(tables: &mut impl Tables, user: Uuid) -> Result<(), StoreError> {
    for projection in ALL {
        tables.delete(Find::new(&projection.table, "user_id", &[user])).await?;
    }
    Ok(())
}
