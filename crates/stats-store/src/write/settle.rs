//! What was missed.

use uuid::Uuid;

use crate::error::StoreError;
use crate::goal;
use crate::news::News;
use crate::number::Day;
use crate::person::People;
use crate::table::Tables;

/// Locks a person, and tells which stretches of goals are over without having been reached. The caller commits.
pub(crate) async fn settle(
    tables: &mut impl Tables,
    user: Uuid,
    today: Day,
    now_us: i64,
) -> Result<Vec<News>, StoreError> {
    let mut people = People::lock(tables, &[user].into()).await?;
    // What is kept by another definition is no ground to tell anything.
    if !people.outdated().is_empty() || people.get(user)?.erased_us.is_some() {
        return Ok(Vec::new());
    }
    let news = goal::settle(tables, &people, user, today).await?;
    if !news.is_empty() {
        let _changed = people.change(user)?;
    }
    people.save(tables, now_us).await?;
    Ok(news)
}
