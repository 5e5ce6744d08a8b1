//! The text of statements, which the databases share but for a few words.

use std::fmt::Write;

use super::layout::{Column, Kind, LEDGER, PAST, PEOPLE, Table, WORKOUTS};
use super::scan::{Filter, Scan, Take};
use super::seam::On;
use crate::fact::PERFORMED;
use crate::query::Board;

/// What differs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dialect {
    /// What stands before the name of a table.
    pub(crate) prefix: &'static str,
    pub(crate) id: &'static str,
    pub(crate) int: &'static str,
    pub(crate) text: &'static str,
    /// How texts in keys are compared: byte by byte, as it is everywhere, which is also the quickest.
    pub(crate) bytewise: &'static str,
    /// What stands after the columns of a new table.
    pub(crate) options: &'static str,
}

impl Dialect {
    pub(crate) fn kind(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Id => self.id,
            Kind::Int => self.int,
            Kind::Text => self.text,
        }
    }

    pub(crate) fn name(&self, table: &Table) -> String {
        format!("{}{}", self.prefix, table.name)
    }
}

/// The table of a projection. All of its columns are there in every row.
pub(crate) fn create_table(dialect: &Dialect, table: &Table) -> String {
    let columns = join(table.columns(), ", ", |column| {
        let bytewise = if column.kind == Kind::Text { dialect.bytewise } else { "" };
        format!("{} {}{bytewise} NOT NULL", column.name, dialect.kind(column.kind))
    });
    let key = names(table.key.iter().copied());
    format!("CREATE TABLE IF NOT EXISTS {} ({columns}, PRIMARY KEY ({key})){}", dialect.name(table), dialect.options)
}

/// Up to the values.
pub(crate) fn insert_head(dialect: &Dialect, table: &Table) -> String {
    format!("INSERT INTO {} AS t ({})", dialect.name(table), names(table.columns()))
}

/// From the values.
pub(crate) fn insert_tail(table: &Table, on: On) -> String {
    let set = |to: fn(&str) -> String| join(table.rest.iter().copied(), ", ", |column| to(column.name));
    let key = names(table.key.iter().copied());
    match on {
        On::Race => String::new(),
        On::Keep => " ON CONFLICT DO NOTHING".to_owned(),
        On::Replace => {
            format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set(|name| format!("{name} = excluded.{name}")))
        }
        On::Add => {
            format!(" ON CONFLICT ({key}) DO UPDATE SET {}", set(|name| format!("{name} = t.{name} + excluded.{name}")))
        }
    }
}

/// The statement of a scan, with the moment that its rows belong to. Its values are: the user, then those of the filters in
/// their order.
pub(crate) fn scan(dialect: &Dialect, scan: &Scan) -> String {
    // The person stands outside, so that the order inside is that of an index.
    format!(
        "SELECT p.definition, p.version, p.changed_us, r.* FROM {}people AS p LEFT JOIN ({}) AS r ON TRUE \
         WHERE p.user_id = $1",
        dialect.prefix,
        scan_rows(dialect, scan),
    )
}

/// The same, without the moment.
pub(crate) fn scan_rows(dialect: &Dialect, scan: &Scan) -> String {
    let mut inner = match scan.take {
        Take::Rows | Take::Last(..) => {
            let data = if scan.with_data { data(dialect) } else { String::new() };
            format!("SELECT {}{data}", names(scan.table.columns()))
        }
        Take::Sums { by, of } => {
            let sums = of.iter().map(|name| format!("CAST(sum({name}) AS {}) AS {name}", dialect.int));
            let columns: Vec<_> = by.iter().map(ToString::to_string).chain(sums).collect();
            format!("SELECT {}", columns.join(", "))
        }
    };
    // Writing to a String does not fail, here and below.
    let _ = write!(inner, " FROM {} AS t WHERE {}", dialect.name(scan.table), whose(dialect, scan.table));
    let mut at = 1;
    let mut next = || {
        at += 1;
        at
    };
    for filter in &scan.filters {
        let _ = match filter {
            Filter::Equal(name, _) => write!(inner, " AND {name} = ${}", next()),
            Filter::Between(name, ..) => write!(inner, " AND {name} BETWEEN ${} AND ${}", next(), next()),
            Filter::Below((a, b), _) => write!(inner, " AND ({a}, {b}) < (${}, ${})", next(), next()),
        };
    }
    let _ = match scan.take {
        Take::Rows => write!(inner, " ORDER BY {}", names(scan.table.key.iter().copied())),
        Take::Last((a, b), limit) => write!(inner, " ORDER BY {a} DESC, {b} DESC LIMIT {limit}"),
        Take::Sums { by: [], .. } => Ok(()),
        Take::Sums { by, .. } => write!(inner, " GROUP BY {by} ORDER BY {by}", by = by.join(", ")),
    };
    inner
}

/// What makes a row that of the user. The ledger does not say whose a fact is: those are that count for a workout of the user, or
/// did, and all that was said of such a workout since, whoever said it.
fn whose(dialect: &Dialect, table: &Table) -> String {
    if table.name != LEDGER.name {
        return "user_id = $1".to_owned();
    }
    let (past, workouts) = (dialect.name(&PAST), dialect.name(&WORKOUTS));
    let once = format!("workout_id IN (SELECT workout_id FROM {past} WHERE user_id = $1)");
    format!(
        "fact_id IN (SELECT fact_id FROM {workouts} WHERE user_id = $1 UNION SELECT fact_id FROM {past} WHERE user_id = $1 \
         UNION SELECT fact_id FROM {past} WHERE {once} UNION SELECT fact_id FROM {workouts} WHERE {once})"
    )
}

/// The statement of a leaderboard. Its values are: the definition, the span, the first day, and the activity, if there is one.
pub(crate) fn ranking(dialect: &Dialect, board: &Board) -> String {
    let of_p = join(PEOPLE.columns(), ", ", |column| format!("p.{}", column.name));
    format!(
        "SELECT {of_p}, CAST(sum(s.{by}) AS {int}) AS ranked_value FROM {p}standings AS s JOIN {p}people AS p \
         ON p.user_id = s.user_id WHERE p.definition = $1 AND s.span = $2 AND s.first_day = $3{activity} \
         GROUP BY {of_p} HAVING sum(s.{by}) > 0 ORDER BY ranked_value DESC, p.user_id LIMIT {limit}",
        by = board.by.column(),
        int = dialect.int,
        p = dialect.prefix,
        activity = if board.activity.is_some() { " AND s.activity = $4" } else { "" },
        limit = board.limit,
    )
}

/// That the row `t` begins with the key `k`.
pub(crate) fn on_key(columns: impl Iterator<Item = Column>) -> String {
    join(columns, " AND ", |column| format!("t.{name} = k.{name}", name = column.name))
}

/// One more column. It is looked up after the order and the limit have chosen the rows.
fn data(dialect: &Dialect) -> String {
    let ledger = dialect.name(&LEDGER);
    format!(", (SELECT l.data FROM {ledger} AS l WHERE l.fact_id = t.fact_id AND l.kind = {PERFORMED}) AS data")
}

pub(crate) fn names(columns: impl Iterator<Item = Column>) -> String {
    join(columns, ", ", |column| column.name.to_owned())
}

pub(crate) fn join(columns: impl Iterator<Item = Column>, with: &str, text: impl Fn(Column) -> String) -> String {
    columns.map(text).collect::<Vec<_>>().join(with)
}
