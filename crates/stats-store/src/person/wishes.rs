//! What people wish, when they said so, and what holds.

use serde::{Deserialize, Serialize};
use workout_events::types::user::{Units, UserPreferencesChanged, UserRegistered, UserVisibilityChanged, WeekStart};
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
    /// The units the person reads.
    pub units: Option<Units>,
    /// Whether the person is shown on leaderboards. Nobody is who has not said so.
    pub leaderboard: bool,
}

/// What was said in one event, or the last of everything.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Wishes {
    day_start_hour: Option<Said<u8>>,
    week_start: Option<Said<WeekStart>>,
    time_zone: Option<Said<ZoneName>>,
    #[serde(default)]
    units: Option<Said<Units>>,
    #[serde(default)]
    leaderboard: Option<Said<bool>>,
    #[serde(default)]
    display_name: Option<Said<String>>,
}

impl Wishes {
    /// Takes over what was said later than what is here; says whether anything was.
    pub(crate) fn take(&mut self, other: &Self, said_us: i64, event_id: EventId) -> bool {
        fn value<T: Clone>(said: Option<&Said<T>>) -> Option<T> {
            said.map(|said| said.value().clone())
        }
        let at = (said_us, event_id);
        let day = newer(&mut self.day_start_hour, value(other.day_start_hour.as_ref()), at);
        let week = newer(&mut self.week_start, value(other.week_start.as_ref()), at);
        let zone = newer(&mut self.time_zone, value(other.time_zone.as_ref()), at);
        let units = newer(&mut self.units, value(other.units.as_ref()), at);
        let leaderboard = newer(&mut self.leaderboard, value(other.leaderboard.as_ref()), at);
        let name = newer(&mut self.display_name, value(other.display_name.as_ref()), at);
        day || week || zone || units || leaderboard || name
    }

    /// What others see.
    pub(crate) fn display_name(&self) -> Option<&str> {
        self.display_name.as_ref().map(|said| said.value().as_str())
    }

    pub(crate) fn day_start_hour(&self) -> u8 {
        self.day_start_hour.map_or(0, |said| *said.value())
    }

    pub(crate) fn preferences(&self) -> Preferences {
        Preferences {
            day_start_hour: self.day_start_hour(),
            week_start: self.week_start.map(|said| *said.value()),
            time_zone: self.time_zone.map(|said| *said.value()),
            units: self.units.map(|said| *said.value()),
            leaderboard: self.leaderboard.is_some_and(|said| *said.value()),
        }
    }
}

/// Without the moment, which is the event's.
impl From<&UserRegistered> for Wishes {
    fn from(data: &UserRegistered) -> Self {
        Self {
            day_start_hour: Some(Said::some_time(data.day_start_hour)),
            week_start: Some(Said::some_time(data.week_start)),
            time_zone: Some(Said::some_time(data.time_zone)),
            units: Some(Said::some_time(data.units)),
            ..Self::default()
        }
    }
}

/// Likewise.
impl From<&UserPreferencesChanged> for Wishes {
    fn from(data: &UserPreferencesChanged) -> Self {
        Self {
            day_start_hour: data.day_start_hour.map(Said::some_time),
            week_start: data.week_start.map(Said::some_time),
            time_zone: data.time_zone.map(Said::some_time),
            units: data.units.map(Said::some_time),
            ..Self::default()
        }
    }
}

/// Likewise.
impl From<&UserVisibilityChanged> for Wishes {
    fn from(data: &UserVisibilityChanged) -> Self {
        Self {
            leaderboard: data.leaderboard.map(Said::some_time),
            display_name: data.display_name.clone().map(Said::some_time),
            ..Self::default()
        }
    }
}
