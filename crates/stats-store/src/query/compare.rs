//! Two ranges of days beside one another.

use serde::Serialize;
use workout_events::{ActivityType, UserId};

use super::{Answer, Days, Tries};
use crate::error::StoreError;
use crate::number::Tally;
use crate::seam::StatsReader;

/// The sums over two ranges, of the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Over the first range.
    pub one: Tally,
    /// Over the second range.
    pub other: Tally,
    /// What the first has more than the second; negative where it has less.
    pub difference: Tally,
}

impl dyn StatsReader + '_ {
    /// Compares two ranges of days, which may overlap.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn compare(
        &self,
        user: UserId,
        (one, other): (Days, Days),
        activity: Option<ActivityType>,
    ) -> Result<Answer<Comparison>, StoreError> {
        let mut tries = Tries::new();
        loop {
            tries.again()?;
            let first = self.total(user, one, activity).await?;
            let second = self.total(user, other, activity).await?;
            if first.as_of == second.as_of {
                let (one, other) = (first.value, second.value);
                let mut difference = one;
                difference.add(&other, -1);
                return Ok(first.map(|_| Comparison { one, other, difference }));
            }
        }
    }
}
