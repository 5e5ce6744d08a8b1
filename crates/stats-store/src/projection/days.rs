//! By local day and activity: series, calendars, streaks and comparisons.
//!
//! The month stands in the key, before the day that it follows from, so that months and years are summed up by the database
//! and need no table of their own, which every write would have to keep.

use super::Projection;
use crate::number::{Day, Month, Tally};
use crate::query::Days;
use crate::table::{Filter, Table, id, int, text};

pub(crate) static DAYS: Projection = Projection {
    table: Table {
        name: "days",
        key: &[id("user_id"), int("month"), int("day"), text("activity")],
        rest: &Tally::COLUMNS,
    },
    version: 1,
    by_workout: false,
    rows: |workout, day, _, add| {
        let month = Month::of(day).number();
        add(vec![month.into(), day.number().into(), workout.activity.as_str().into()], &workout.tally.columns());
    },
};

/// What finds the rows of these days by the key.
pub(crate) fn within(days: Days) -> Vec<Filter> {
    if days == Days::ALL {
        return Vec::new();
    }
    let month = |day: Day| Month::of(day).number();
    vec![
        Filter::Between("month", month(days.first), month(days.last)),
        Filter::Between("day", days.first.number(), days.last.number()),
    ]
}
