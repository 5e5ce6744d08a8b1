//! What writes and reads: the seam between stores and their users.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use workout_events::jiff::Timestamp;
use workout_events::{UserId, WorkoutId, WorkoutPerformed};

use crate::error::{Kind, StoreError};
use crate::fact::{Effect, Fact};
use crate::goal::Outcome;
use crate::number::Totals;
use crate::query::{
    ActiveDay, Answer, Board, DaySums, Days, EffortOf, ExerciseSums, Goal, Lifetime, MonthSums, Performed, Ranked,
    Record, Sums, WholeWorkout, WorkoutFilter,
};
use crate::record::RecordOf;

/// Stores facts. An implementation of one's own has to pass the suite of the feature `testing`.
///
/// `async_trait`, because a service chooses its store when it starts.
#[async_trait]
pub trait StatsWriter: Debug + Send + Sync {
    /// Writes all facts or none, and says what became of each, in their order.
    ///
    /// When this returns `Ok`, the facts are on disk as far as the store has one. Safe to repeat: a fact that is in the
    /// ledger changes nothing. When the future is dropped, the facts may be written or not.
    ///
    /// # Errors
    /// When nothing was written, or when it is not known whether all was: write the same again.
    async fn write(&self, facts: &[Fact]) -> Result<Vec<Effect>, StoreError>;

    /// How many writes about different people are faster at the same time than one after the other.
    fn at_once(&self) -> usize {
        1
    }
}

/// Reads statistics. An implementation of one's own has to pass the suite of the feature `testing`.
///
/// Here stands what has to be read. What follows from that by counting is written once for all stores, as functions of
/// `dyn StatsReader`.
///
/// Every answer is of one moment: all of a write or nothing of it. Of a user of whom nothing is known, it is empty. A
/// reader that does not know something says so with an error, which is what the functions with a body do.
#[async_trait]
pub trait StatsReader: Debug + Send + Sync {
    /// The totals of a user.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn totals(&self, user: UserId) -> Result<Totals, StoreError>;

    /// Whether the store answers.
    ///
    /// # Errors
    /// When it does not.
    async fn ping(&self) -> Result<(), StoreError>;

    /// The sums over all workouts of a user, and how the user counts.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn lifetime(&self, _user: UserId) -> Result<Answer<Lifetime>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// The sums over these days, by activity.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn sums(&self, _user: UserId, _days: Days) -> Result<Answer<Vec<Sums>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// The sums of each of these days and each activity, in the order of the days. Days without a workout are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn days(&self, _user: UserId, _days: Days) -> Result<Answer<Vec<DaySums>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// The sums of each month that begins within these days, and of each activity, in the order of the months. Months
    /// without a workout are left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn months(&self, _user: UserId, _days: Days) -> Result<Answer<Vec<MonthSums>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// The days with a workout, in order.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn active_days(&self, _user: UserId) -> Result<Answer<Vec<crate::Day>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// Those of these days that have a workout, in order, with how much there was: what a heat map shows.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn calendar(&self, _user: UserId, _days: Days) -> Result<Answer<Vec<ActiveDay>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// The exercises that the user has done.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn exercises(&self, _user: UserId) -> Result<Answer<Vec<ExerciseSums>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// What each workout of these days did of one exercise, in the order of the days.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn efforts(&self, _user: UserId, _exercise: &str, _days: Days) -> Result<Answer<Vec<EffortOf>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// Workouts that count, the last one first: a page of them.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn workouts(&self, _user: UserId, _filter: &WorkoutFilter) -> Result<Answer<Vec<Performed>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// The same page with all that was said of each workout. Such pages are long: ask for few workouts at a time.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn whole_workouts(
        &self,
        _user: UserId,
        _filter: &WorkoutFilter,
    ) -> Result<Answer<Vec<WholeWorkout>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// A workout that counts, with all that was said of it; nothing where it is not the user's.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn workout(&self, _user: UserId, _workout: WorkoutId) -> Result<Answer<Option<WholeWorkout>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// Every revision of a workout that says it is the user's, the lowest first, whether it counts or not: also those
    /// that were edited or deleted since.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn revisions(&self, _user: UserId, _workout: WorkoutId) -> Result<Answer<Vec<WorkoutPerformed>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// The records of one thing: of each kind the one that stands, and before it those that stood, in the order in which
    /// they were set.
    ///
    /// They follow from the workouts that count now. A workout that was deleted or corrected holds none, and one that was
    /// entered late takes its place among the others.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn records_of(&self, _user: UserId, _of: &RecordOf) -> Result<Answer<Vec<Record>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// The records that stand, of everything.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn bests(&self, _user: UserId) -> Result<Answer<Vec<Record>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// The records that were set last, the last one first, whether they still stand or not.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn latest_records(&self, _user: UserId, _limit: u16) -> Result<Answer<Vec<Record>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// The goals of a user, those included that are over or were given up.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn goals_set(&self, _user: UserId) -> Result<Answer<Vec<Goal>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// What became of the user's goals: each stretch of days in which one was reached, or after which it was told that it
    /// was not.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn outcomes(&self, _user: UserId) -> Result<Answer<Vec<Outcome>>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// What was known of a user at this time: a reader that knows the facts that were received until then, and nobody else's. For
    /// finding out what has changed since an answer, whose [`changed_at`](crate::AsOf::changed_at) is the time to name.
    ///
    /// It is made by counting all of those facts again, so it costs as much as they are. What was told because time went by,
    /// such as that a goal was missed, it does not know, nor what somebody had said of a workout who was erased since.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn known_at(&self, _user: UserId, _at: Timestamp) -> Result<Arc<dyn StatsReader>, StoreError> {
        Err(Kind::Unsupported.into())
    }

    /// The people on a leaderboard, the first one first: of those who want to be shown, those who have anything to show.
    ///
    /// # Errors
    /// When the store cannot be read.
    async fn leaderboard(&self, _board: &Board) -> Result<Vec<Ranked>, StoreError> {
        Err(Kind::Unsupported.into())
    }
}
