//! Facts to write, and what they add up to.

use workout_events::jiff::Timestamp;
use workout_events::{
    ActivityType, Event, EventId, EventType, Moment, Source, UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed,
    ZoneName,
};

use crate::Fact;

/// A workout of this many seconds.
pub(super) fn performed(workout: WorkoutId, user: UserId, seconds: i64, kcal: Option<u32>) -> WorkoutPerformed {
    let moment = |second: i64| Moment::from(Timestamp::from_second(second).expect("within the years of the contract"));
    let started = 1_700_000_000;
    let data = WorkoutPerformed::in_zone(
        (workout, user),
        Source::new("tests"),
        ActivityType::Running,
        (moment(started), moment(started + seconds)),
        ZoneName::utc(),
    );
    match kcal {
        Some(kcal) => data.energy_kcal(kcal),
        None => data,
    }
}

pub(super) fn deleted(workout: WorkoutId, revision: u32) -> Fact {
    Fact::from(&event(WorkoutDeleted::new(workout, revision), None))
}

pub(super) fn fact(data: WorkoutPerformed) -> Fact {
    Fact::from(&event(data, None))
}

/// The fact under another id than that which follows from it.
pub(super) fn fact_with_id(data: WorkoutPerformed, id: EventId) -> Fact {
    Fact::from(&event(data, Some(id)))
}

/// A fact of any type, said in this second.
pub(super) fn any<T: EventType>(data: T, second: i64) -> Fact
where
    Fact: for<'e> From<&'e Event<T>>,
{
    let time = Timestamp::from_second(1_700_000_000 + second).expect("within the years of the contract");
    Fact::from(&Event::builder("/tests", data).time(time).build().expect("the tests make valid events"))
}

pub(super) fn event<T: EventType>(data: T, id: Option<EventId>) -> Event<T> {
    let builder = Event::builder("/tests", data);
    let builder = match id {
        Some(id) => builder.id(id),
        None => builder,
    };
    builder.build().expect("the tests make valid events")
}
