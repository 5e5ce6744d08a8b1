//! Whether stores agree about a history.

use std::time::Duration;

use workout_events::UserId;
use workout_events::jiff::Timestamp;

use super::history::{History, Said};
use super::model::Model;
use crate::fact::Body;
use crate::{Day, Days, Effect, Figures, Retention, StatsReader, StatsStore, StatsWriter};

/// Tells the history to this store as it is told and to one in memory as it happened, and panics unless both say the same,
/// which is what anybody can compute from the events. Returns the people it was about.
pub async fn agrees(history: &History, writer: &dyn StatsWriter, reader: &dyn StatsReader) -> Vec<UserId> {
    let (users, said) = history.events();
    for batch in history.told(&said) {
        let effects = writer.write(&batch).await.expect("the store writes");
        assert_eq!(effects.len(), batch.len());
        assert!(!effects.contains(&Effect::Conflict), "nothing contradicts anything: {effects:?}");
    }
    compare(&users, &said, writer, reader).await;
    users
}

/// The same with a store that lets everything go which does not count, after each batch.
pub async fn agrees_with_little_kept(history: &History, store: &StatsStore) {
    let (writer, reader) = (store.writer(), store.reader());
    let (users, said) = history.events();
    let nothing = Retention::new().superseded(Duration::ZERO).quarantine(Duration::ZERO);
    for batch in history.told(&said) {
        let effects = writer.write(&batch).await.expect("the store writes");
        assert!(!effects.contains(&Effect::Conflict), "nothing contradicts anything: {effects:?}");
        store.retain(nothing, |_| {}).await.expect("the store lets go");
    }
    compare(&users, &said, &*writer, &*reader).await;
    for user in users {
        let verified = store.verify(crate::Sample::User(user), |_| {}).await.expect("the store verifies");
        assert_eq!(verified.drifts, []);
    }
}

/// With a store in memory that is told what happened in its order, and with the model. All of it once more changes nothing.
async fn compare(users: &[UserId], said: &[Said], writer: &dyn StatsWriter, reader: &dyn StatsReader) {
    let plain = StatsStore::memory();
    let facts: Vec<_> = said.iter().map(Said::fact).collect();
    let _ = plain.writer().write(&facts).await.expect("the store in memory writes");
    for (number, user) in users.iter().enumerate() {
        let figures = figures(reader, *user).await;
        assert_eq!(figures, self::figures(&*plain.reader(), *user).await, "user {number}, beside memory");
        let calendar = reader.calendar(*user, Days::ALL).await.expect("the store reads").value;
        let days = calendar.iter().map(|day| (day.day, day.workouts, day.duration_s));
        let points = figures.days.iter().map(|point| (point.first_day, point.sums.workouts, point.sums.duration_s));
        assert!(days.eq(points), "the calendar of user {number} is that of the days");
        assert_eq!(Model::from_figures(&figures), Model::of(*user, said), "user {number}, beside the model");
    }
    let again = writer.write(&facts).await.expect("the store writes");
    assert!(again.iter().all(|effect| matches!(effect, Effect::Duplicate | Effect::Erased)), "{again:?}");
}

/// Does what [`agrees`] does, and verifies and rebuilds what the store keeps, after which it has to say the same.
pub async fn agrees_with_its_ledger(history: &History, store: &StatsStore) {
    let reader = store.reader();
    // What somebody had said who is forgotten is in no ledger, and may have taken a workout away from others.
    let forgets = history.events().1.iter().any(|said| matches!(said.fact().body, Body::Erased { .. }));
    for user in agrees(history, &*store.writer(), &*reader).await {
        let before = figures(&*reader, user).await;
        let verified = store.verify(crate::Sample::User(user), |_| {}).await.expect("the store verifies");
        assert_eq!(verified.drifts, []);
        store.rebuild_user(user).await.expect("the store rebuilds");
        assert_eq!(figures(&*reader, user).await, before, "after a rebuild");
        if forgets {
            continue;
        }
        let known = reader.known_at(user, Timestamp::now()).await.expect("the store remembers");
        assert_eq!(figures(&*known, user).await, before, "as it is known now");
    }
}

async fn figures(reader: &dyn StatsReader, user: UserId) -> Figures {
    let today: Day = "2026-04-02".parse().expect("a date");
    reader.figures(user, today).await.expect("the store reads").value
}
