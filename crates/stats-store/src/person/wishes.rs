//! What people wish, when they said so, and what holds.

use serde::{Deserialize, Serialize};
use workout_events::types::user::WeekStart;
use workout_events::{EventId, ZoneName};

use crate::said::{Said, newer};

/// How a person counts. Of several wishes the one that was said last holds, in whatever order they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Preferences {
    /// The hour at which the person's day begins. It applies to all workouts, earlier ones included: whoever changes it
    /// corrects what "a day" is, and does not begin another life.
    pub day_start_hour: u8,
    /// The first day of the person's week.
    pub week_start: Option<WeekStart>,
    /// Where the person lives, which says what "today" is. A workout has a zone of its own.
    pub time_zone: Option<ZoneName>,
}

/// What was said in one event, or the last of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Wishes {
    day_start_hour: Option<Said<u8>>,
    week_start: Option<Said<WeekStart>>,
    time_zone: Option<Said<ZoneName>>,
}

impl Wishes {
    /// Without the moment, which is the event's.
    pub(crate) fn new(day_start_hour: Option<u8>, week_start: Option<WeekStart>, time_zone: Option<ZoneName>) -> Self {
        fn said<T>(wish: Option<T>) -> Option<Said<T>> {
            wish.map(Said::some_time)
        }
        Self { day_start_hour: said(day_start_hour), week_start: said(week_start), time_zone: said(time_zone) }
    }

    /// Takes over what was said later than what is here; says whether anything was.
    pub(crate) fn take(&mut self, other: &Self, said_us: i64, event_id: EventId) -> bool {
        fn value<T: Copy>(said: Option<Said<T>>) -> Option<T> {
            said.map(|said| *said.value())
        }
        let at = (said_us, event_id);
        let day = newer(&mut self.day_start_hour, value(other.day_start_hour), at);
        let week = newer(&mut self.week_start, value(other.week_start), at);
        let zone = newer(&mut self.time_zone, value(other.time_zone), at);
        day || week || zone
    }

    pub(crate) fn day_start_hour(&self) -> u8 {
        self.day_start_hour.map_or(0, |said| *said.value())
    }

    pub(crate) fn preferences(&self) -> Preferences {
        Preferences {
            day_start_hour: self.day_start_hour(),
            week_start: self.week_start.map(|said| *said.value()),
            time_zone: self.time_zone.map(|said| *said.value()),
        }
    }
}
