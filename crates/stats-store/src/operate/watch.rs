//! Verifying without end, a few people at a time.

use std::pin::pin;
use std::time::Duration;

use tokio::select;
use tokio::time::{Instant, sleep};
use uuid::Uuid;
use workout_events::UserId;
use workout_events::jiff::Timestamp;

use super::{Drift, Sample, Verified};
use crate::error::{Kind, StoreError};
use crate::person::Person;
use crate::store::StatsStore;
use crate::table::PEOPLE;

impl StatsStore {
    /// Verifies so many people, waits, and goes on with the next ones, until `shutdown`: a task beside a service.
    ///
    /// It begins with somebody at random and goes through all people in turn, so that each is looked at once in a while,
    /// and several such tasks look at different ones. A number that is not what the ledger says is an error in the log, with its
    /// table and row and no person; `docs/observability.md` has the metrics. A store that fails is a warning, once for
    /// each time that it begins to.
    pub async fn watch(&self, every: Duration, people: u16, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = pin!(shutdown);
        let mut round = Round { store: self, people, after: None, has_failed: false };
        loop {
            // What is verified when it is dropped goes on to the end of its transaction, which changes nothing.
            select! {
                biased;
                () = &mut shutdown => return,
                () = round.go() => {}
            }
            select! {
                () = &mut shutdown => return,
                () = sleep(every) => {}
            }
        }
    }
}

struct Round<'s> {
    store: &'s StatsStore,
    people: u16,
    /// Who was last. Nobody at first.
    after: Option<Uuid>,
    has_failed: bool,
}

impl Round<'_> {
    async fn go(&mut self) {
        let (begun, database) = (Instant::now(), self.store.0.name());
        match self.verify().await {
            Ok(verified) => {
                if self.has_failed {
                    tracing::info!(database, "the store can be verified again");
                }
                self.has_failed = false;
                tell(database, &verified, begun.elapsed());
            }
            Err(error) => {
                metrics::counter!("workout_store_verify_failures_total", "database" => database).increment(1);
                if !self.has_failed {
                    tracing::warn!(database, error = &error as &dyn std::error::Error, "the store cannot be verified");
                }
                self.has_failed = true;
            }
        }
    }

    async fn verify(&mut self) -> Result<Verified, StoreError> {
        let mut all = Verified::default();
        for user in self.next().await? {
            let user = UserId::new(user).map_err(|_| Kind::Corrupt("user_id"))?;
            let verified = self.store.verify(Sample::User(user), |_| {}).await?;
            all.people += verified.people;
            all.count += verified.count;
            all.drifts.extend(verified.drifts);
        }
        Ok(all)
    }

    /// Those after the last one, and after the end those from the beginning.
    async fn next(&mut self) -> Result<Vec<Uuid>, StoreError> {
        let limit = i64::from(self.people);
        let after = match self.after {
            Some(after) => after,
            None => self.store.draw(1).await?.first().copied().unwrap_or_default(),
        };
        let mut people = Vec::new();
        for row in self.store.0.page(&PEOPLE, after, limit).await? {
            people.push(Person::from_row(row)?.user_id);
        }
        let left = limit - i64::try_from(people.len()).unwrap_or(limit);
        if left > 0 {
            for row in self.store.0.page(&PEOPLE, Uuid::nil(), left).await? {
                let user = Person::from_row(row)?.user_id;
                // Nobody twice where there are fewer than that.
                if user <= after {
                    people.push(user);
                }
            }
        }
        self.after = Some(people.last().copied().unwrap_or(after));
        Ok(people)
    }
}

fn tell(database: &'static str, verified: &Verified, took: Duration) {
    metrics::counter!("workout_store_verified_people_total", "database" => database).increment(verified.people);
    metrics::counter!("workout_store_drifts_total", "database" => database).increment(verified.count);
    let count = u32::try_from(verified.count).unwrap_or(u32::MAX);
    metrics::gauge!("workout_store_drifting_rows", "database" => database).set(count);
    let now = Timestamp::now().as_duration().as_secs_f64();
    metrics::gauge!("workout_store_verified_timestamp_seconds", "database" => database).set(now);
    metrics::histogram!("workout_store_verify_seconds", "database" => database).record(took);
    for Drift { table, row, .. } in &verified.drifts {
        tracing::error!(database, table, row, "a number is not what the ledger says: rebuild its person");
    }
}
