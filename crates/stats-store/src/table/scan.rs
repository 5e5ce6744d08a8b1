//! What is read of a person: rows of one table, and the moment they belong to, in one statement.

use uuid::Uuid;

use super::layout::{Kind, Table};
use super::rows::Value;
use crate::person::AsOf;

#[derive(Debug, Clone)]
pub(crate) struct Scan {
    pub(crate) table: &'static Table,
    pub(crate) user: Uuid,
    pub(crate) filters: Vec<Filter>,
    pub(crate) take: Take,
    /// Whether each row ends with what was said: the data of its fact, or nothing where that is a deletion. Of tables
    /// with a `fact_id`, and of whole rows.
    pub(crate) with_data: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Filter {
    Equal(&'static str, Value),
    /// Both ends included.
    Between(&'static str, i64, i64),
    /// What comes after this pair, downwards.
    Below((&'static str, &'static str), (i64, Uuid)),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Take {
    /// Whole rows, by their keys.
    Rows,
    /// The last ones by these two columns, downwards.
    Last((&'static str, &'static str), i64),
    /// The sums of some columns, for each value of others.
    Sums { by: &'static [&'static str], of: &'static [&'static str] },
}

/// What was found. Nothing is known of a person without a moment.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) as_of: Option<AsOf>,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Scan {
    /// What is in the columns that come back.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        match self.take {
            Take::Rows | Take::Last(..) => {
                let data = self.with_data.then_some(Kind::Text);
                self.table.columns().map(|column| column.kind).chain(data).collect()
            }
            Take::Sums { by, of } => {
                let kind = |name: &&'static str| self.table.columns().find(|column| column.name == *name);
                by.iter().chain(of).filter_map(kind).map(|column| column.kind).collect()
            }
        }
    }
}

impl Seen {
    /// From rows that begin with the moment, and are otherwise empty where nothing was found.
    pub(crate) fn from_rows(rows: Vec<([i64; 3], Vec<Value>)>) -> Self {
        let as_of = rows
            .first()
            .map(|([definition, version, changed_us], _)| AsOf::from_columns(*definition, *version, *changed_us));
        let is_there = |row: &Vec<Value>| row.iter().any(|cell| *cell != Value::Null);
        Self { as_of, rows: rows.into_iter().map(|(_, row)| row).filter(is_there).collect() }
    }
}
