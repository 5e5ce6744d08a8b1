//! What is left of a fact that counts no more, when what it said is not to be kept.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Kind, StoreError};
use crate::fact::{DELETED, Fact, PERFORMED};
use crate::table::{Find, LEDGER, On, Rows, Tables, Value};

/// Stands in the ledger in place of the data. No event has such a field.
#[derive(Serialize)]
struct Stripped {
    stripped: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<i64>,
}

#[derive(Deserialize)]
struct Revised {
    revision: Option<i64>,
}

const BEGINNING: &str = r#"{"stripped":"#;

/// What is left of this data: enough to know the same when it comes again, and how high it ranks.
fn stripped(identity: Uuid, data: &str) -> Result<String, StoreError> {
    let Revised { revision } = serde_json::from_str(data).map_err(|_| Kind::Corrupt("data"))?;
    let left = Stripped { stripped: Uuid::new_v5(&identity, data.as_bytes()).to_string(), revision };
    serde_json::to_string(&left).map_err(|_| Kind::Corrupt("data").into())
}

pub(crate) fn is_stripped(data: &str) -> bool {
    data.starts_with(BEGINNING)
}

/// Whether the ledger has what this fact says.
pub(super) fn is_same(recorded: &str, fact: &Fact) -> bool {
    if is_stripped(recorded) {
        stripped(fact.identity, &fact.data).is_ok_and(|left| left == recorded)
    } else {
        recorded == &*fact.data
    }
}

/// Strips what these facts about workouts say, if they were received before this moment; says how many were. None of them
/// may count. The caller commits.
pub(crate) async fn strip(tables: &mut impl Tables, facts: &[Uuid], before_us: i64) -> Result<u64, StoreError> {
    let place = |name| LEDGER.place(name);
    let (kind, received, data) = (place("kind"), place("received_us"), place("data"));
    let mut rows = Rows::new(&LEDGER);
    for mut row in tables.find(Find::new(&LEDGER, "fact_id", facts).locked()).await? {
        let (Value::Id(identity), Value::Int(PERFORMED | DELETED), Value::Int(at), Value::Text(text)) =
            (&row[0], &row[kind], &row[received], &row[data])
        else {
            continue;
        };
        if *at < before_us && !is_stripped(text) {
            row[data] = stripped(*identity, text)?.into();
            rows.push(row);
        }
    }
    let count = u64::try_from(rows.rows.len()).unwrap_or(u64::MAX);
    tables.put(rows, On::Replace).await?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_known_again_and_says_its_revision_only() {
        let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
        let data = r#"{"workout_id":"w","revision":7,"notes":"mine"}"#;
        let left = stripped(one, data).unwrap();
        assert!(is_stripped(&left) && left.contains(r#""revision":7"#) && !left.contains("mine"), "{left}");
        assert_eq!(left, stripped(one, data).unwrap());
        assert_ne!(left, stripped(other, data).unwrap());
        assert_ne!(left, stripped(one, &data.replace("mine", "yours")).unwrap());
    }
}
