//! What a person wishes.

use uuid::Uuid;

use super::head::ledger;
use super::plan::aside;
use super::rebuild;
use super::recorded::Recorded;
use crate::error::StoreError;
use crate::fact::{Body, Effect, Fact};
use crate::person::People;
use crate::table::{LEDGER, On, PAST, QUARANTINE, Rows, Tables, Value};

pub(super) async fn wish(
    tables: &mut impl Tables,
    people: &mut People,
    fact: &Fact,
    now_us: i64,
) -> Result<Effect, StoreError> {
    let Body::Wished { user_id, wishes, .. } = &fact.body else { return Ok(Effect::Superseded) };
    let user = Uuid::from(*user_id);
    if people.get(user)?.erased_us.is_some() {
        return Ok(Effect::Erased);
    }
    let recorded = Recorded::find(tables, std::slice::from_ref(fact)).await?;
    if let Some(effect) = recorded.judge(fact) {
        if effect == Effect::Conflict {
            put(tables, &QUARANTINE, aside(fact, now_us), On::Keep).await?;
        }
        return Ok(effect);
    }
    put(tables, &LEDGER, ledger(fact, now_us), On::Race).await?;
    // It is no workout, but it is the person's, and goes when the person goes.
    put(tables, &PAST, vec![fact.identity.into(), Value::Null, user.into()], On::Keep).await?;
    let person = people.change(user)?;
    let before = person.wishes.day_start_hour();
    if !person.wishes.take(wishes, fact.said_us, fact.event_id) {
        return Ok(Effect::Superseded);
    }
    if person.wishes.day_start_hour() != before {
        // The days of all workouts are others now.
        rebuild::person(tables, people, user).await?;
    }
    Ok(Effect::Applied)
}

async fn put(
    tables: &mut impl Tables,
    table: &'static crate::table::Table,
    row: Vec<Value>,
    on: On,
) -> Result<(), StoreError> {
    let mut rows = Rows::new(table);
    rows.push(row);
    tables.put(rows, on).await
}
