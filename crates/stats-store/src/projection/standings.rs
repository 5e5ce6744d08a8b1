//! By week, month, year and altogether, of the people who want to be compared with others.

use super::Projection;
use crate::number::{Day, Tally};
use crate::query::Span;
use crate::table::{Table, id, int, text};

pub(crate) static STANDINGS: Projection = Projection {
    table: Table {
        name: "standings",
        key: &[id("user_id"), int("span"), int("first_day"), text("activity")],
        rest: &Tally::COLUMNS,
    },
    version: 1,
    by_workout: false,
    rows: |workout, day, person, add| {
        if person.leaderboard {
            for span in Span::ALL {
                let key = vec![span.number().into(), first_day(span, day).into(), workout.activity.as_str().into()];
                add(key, &workout.tally.columns());
            }
        }
    },
};

/// As it stands in the key.
pub(crate) fn first_day(span: Span, day: Day) -> i64 {
    span.period().map_or(0, |period| period.first_day(day).number())
}
