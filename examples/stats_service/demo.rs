//! People to look at, one of whom is always training.

use std::time::Duration;

use stats_store::demo::Story;
use stats_store::{StatsStore, StoreError};
use tokio::time::{Instant, sleep_until};
use workout_events::jiff::Timestamp;
use workout_events::{Event, UserId};

use crate::perform::Perform;

/// As many facts in a transaction.
const BATCH: usize = 200;

/// When somebody is seen training first: soon after the page was opened.
const FIRST: Duration = Duration::from_secs(15);

/// Each of five once in five minutes, so that nobody is in two places.
const EVERY: Duration = Duration::from_mins(1);

/// Somebody of whom pages are shown under this name.
pub(crate) struct Person {
    pub(crate) user: UserId,
    pub(crate) name: &'static str,
    story: Option<Story>,
}

/// Somebody with five years of training, two who train with her, somebody in the first week, and somebody who has not begun.
pub(crate) fn people() -> [Person; 5] {
    let person = |id: &str, name, story: fn(UserId) -> Option<Story>| {
        let user = UserId::from_foreign("demo", id);
        Person { user, name, story: story(user) }
    };
    [
        person("ada", "Ada", |user| Some(Story::years(user, 5))),
        person("hedy", "Hedy", |user| Some(Story::years(user, 2))),
        person("mary", "Mary", |user| Some(Story::years(user, 2))),
        person("grace", "Grace", |user| Some(Story::newcomer(user))),
        person("joan", "Joan", |_| None),
    ]
}

/// What they did until now.
pub(crate) async fn fill(store: &StatsStore, people: &[Person]) -> Result<(), StoreError> {
    for story in people.iter().filter_map(|person| person.story.as_ref()) {
        for facts in story.facts(Timestamp::now()).chunks(BATCH) {
            // Nobody else has written anything, so each of them is new.
            let _ = store.writer().write(facts).await?;
        }
    }
    Ok(())
}

/// Without end: somebody comes home from a short ride, in turn.
pub(crate) async fn keep_training(people: &[Person], perform: &Perform) {
    let mut next = Instant::now() + FIRST;
    for story in people.iter().filter_map(|person| person.story.as_ref()).cycle() {
        sleep_until(next).await;
        next += EVERY;
        let Some(ride) = story.ride_until(Timestamp::now()) else { continue };
        if let Ok(event) = Event::new("/demo", ride) {
            // It has said why in the log.
            let _ = perform.store(&event).await;
        }
    }
}
