//! A person is forgotten.

use uuid::Uuid;

use super::head::Head;
use super::rebuild::forget;
use crate::error::StoreError;
use crate::fact::Effect;
use crate::goal::{GOALS, OUTCOMES};
use crate::number::Tally;
use crate::person::{People, Wishes};
use crate::record::{BESTS, RECORDS};
use crate::table::{Cells, Find, LEDGER, On, PAST, QUARANTINE, Rows, Tables, WORKOUTS};

/// Removes everything of a person. What stays is that the person was erased, and of each workout that nothing counts: a
/// replay of old events must not bring anything back.
pub(super) async fn erase(
    tables: &mut impl Tables,
    people: &mut People,
    user: Uuid,
    now_us: i64,
) -> Result<Effect, StoreError> {
    if people.get(user)?.erased_us.is_some() {
        return Ok(Effect::Duplicate);
    }
    let mut facts = Vec::new();
    let mut gone = Rows::new(&WORKOUTS);
    for row in tables.find(Find::new(&WORKOUTS, "user_id", &[user])).await? {
        let head = Head::from_row(row)?;
        facts.extend(head.fact_id);
        gone.push(Head::gone(head.workout_id, head.revision, None).into_row(None));
    }
    for row in tables.find(Find::new(&PAST, "user_id", &[user])).await? {
        facts.push(Cells::new(row).id()?);
    }
    tables.put(gone, On::Replace).await?;
    tables.delete(Find::new(&LEDGER, "fact_id", &facts)).await?;
    tables.delete(Find::new(&PAST, "user_id", &[user])).await?;
    tables.delete(Find::new(&QUARANTINE, "user_id", &[user])).await?;
    forget(tables, user).await?;
    for table in [&RECORDS, &BESTS, &GOALS, &OUTCOMES] {
        tables.delete(Find::new(table, "user_id", &[user])).await?;
    }
    let person = people.change(user)?;
    person.erased_us = Some(now_us);
    (person.tally, person.wishes, person.goals) = (Tally::default(), Wishes::default(), 0);
    Ok(Effect::Applied)
}
