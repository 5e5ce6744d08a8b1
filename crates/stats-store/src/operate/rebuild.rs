//! Rebuilding everybody.

use uuid::Uuid;
use workout_events::UserId;

use crate::error::StoreError;
use crate::store::{Done, Job, StatsStore};
use crate::table::{PEOPLE, Table};

/// How many people are looked at together.
const PORTION: i64 = 500;

/// How far a rebuild or a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Progress {
    /// People who are done.
    pub done: u64,
    /// All people there were in the beginning.
    pub all: u64,
}

impl StatsStore {
    /// Makes everything that is kept beside the ledger anew, person by person, and says how many were rebuilt.
    ///
    /// Others go on reading and writing: each person is one transaction. Without `all`, those are left out whose statistics
    /// are kept by the definition of this program already. So a rebuild that was interrupted goes on where it was, and
    /// one that nothing is left to do for costs a look at each person.
    ///
    /// # Errors
    /// When the store fails. Who was done stays done.
    pub async fn rebuild(&self, all: bool, mut progress: impl FnMut(Progress) + Send) -> Result<u64, StoreError> {
        let mut rebuilt = 0;
        let mut people = self.people().await?;
        while let Some(user) = people.next(&mut progress).await? {
            let job = Job::Rebuild { user, only_outdated: !all };
            rebuilt += u64::from(matches!(self.0.run(job).await?, Done::Rebuilt(true)));
        }
        Ok(rebuilt)
    }

    /// Makes anew what is kept of one person.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn rebuild_user(&self, user: UserId) -> Result<(), StoreError> {
        self.0.run(Job::Rebuild { user: user.into(), only_outdated: false }).await.map(|_| ())
    }

    pub(super) async fn people(&self) -> Result<Everybody<'_>, StoreError> {
        self.people_in(&PEOPLE).await
    }

    /// Those who have a row in a table whose key begins with them.
    pub(super) async fn people_in(&self, table: &'static Table) -> Result<Everybody<'_>, StoreError> {
        let all = u64::try_from(self.0.count(table).await?).unwrap_or(0);
        Ok(Everybody { store: self, table, after: Uuid::nil(), page: Vec::new(), progress: Progress { done: 0, all } })
    }
}

/// People in the order of their ids, a page at a time.
pub(super) struct Everybody<'s> {
    store: &'s StatsStore,
    table: &'static Table,
    after: Uuid,
    page: Vec<Uuid>,
    progress: Progress,
}

impl Everybody<'_> {
    /// The next person. Whoever asks for another is done with the one before.
    pub(super) async fn next(&mut self, told: &mut (impl FnMut(Progress) + Send)) -> Result<Option<Uuid>, StoreError> {
        if self.after != Uuid::nil() {
            self.progress.done += 1;
            self.progress.all = self.progress.all.max(self.progress.done);
            told(self.progress);
        }
        if self.page.is_empty() {
            self.page = self.store.0.people(self.table, self.after, PORTION).await?;
            self.page.reverse();
        }
        let next = self.page.pop();
        self.after = next.unwrap_or_default();
        Ok(next)
    }
}
