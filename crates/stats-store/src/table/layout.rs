//! What tables there are. Those of the projections stand with the projections.

use crate::number::Tally;

/// What is in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Id,
    Int,
    Text,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// A table, whose rows are told apart by its key.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) key: &'static [Column],
    pub(crate) rest: &'static [Column],
}

pub(crate) const fn id(name: &'static str) -> Column {
    Column { name, kind: Kind::Id }
}

pub(crate) const fn int(name: &'static str) -> Column {
    Column { name, kind: Kind::Int }
}

pub(crate) const fn text(name: &'static str) -> Column {
    Column { name, kind: Kind::Text }
}

impl Table {
    pub(crate) fn columns(&self) -> impl Iterator<Item = Column> + use<> {
        self.key.iter().chain(self.rest).copied()
    }

    /// The column of this name and its place. All names are written next to their tables, so they are there.
    pub(crate) fn place(&self, name: &str) -> usize {
        self.columns().position(|column| column.name == name).unwrap_or(usize::MAX)
    }
}

/// What happened, as it was said: a row for each fact, for ever.
pub(crate) static LEDGER: Table = Table {
    name: "ledger",
    key: &[id("fact_id")],
    rest: &[id("foreign_id"), int("kind"), text("source"), int("said_us"), int("received_us"), text("data")],
};

/// What counts for each workout, in brief.
pub(crate) static WORKOUTS: Table = Table {
    name: "workouts",
    key: &[id("workout_id")],
    rest: &[
        int("revision"),
        int("kind"),
        id("fact_id"),
        id("user_id"),
        int("started_us"),
        int("day"),
        text("activity"),
        int("duration_s"),
        int("energy_kcal"),
        int("distance_m"),
        int("elevation_gain_m"),
        int("volume_g"),
        int("sets"),
    ],
};

/// The facts that do not count, or no longer: whose they are, and of which workout.
pub(crate) static PAST: Table = Table { name: "past", key: &[id("fact_id")], rest: &[id("workout_id"), id("user_id")] };

/// The people: the lock of all that is theirs, and the sums over all their workouts.
pub(crate) static PEOPLE: Table = Table {
    name: "people",
    key: &[id("user_id")],
    rest: &{
        const OWN: [Column; 6] =
            [int("definition"), int("version"), int("changed_us"), int("erased_us"), text("preferences"), int("goals")];
        let mut columns = [int(""); OWN.len() + Tally::COLUMNS.len()];
        let mut at = 0;
        while at < columns.len() {
            columns[at] = if at < OWN.len() { OWN[at] } else { Tally::COLUMNS[at - OWN.len()] };
            at += 1;
        }
        columns
    },
};

/// What has the identity of something in the ledger and says something else.
pub(crate) static QUARANTINE: Table = Table {
    name: "quarantine",
    key: &[id("fingerprint")],
    rest: &[
        id("fact_id"),
        id("event_id"),
        id("user_id"),
        int("kind"),
        text("source"),
        int("said_us"),
        int("received_us"),
        text("data"),
    ],
};
