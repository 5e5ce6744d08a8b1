//! Rows on their way in and out.

use uuid::Uuid;

use super::layout::{Column, Table};
use crate::error::{Kind, StoreError};

/// What is in a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    Id(Uuid),
}

/// Rows for a table, in the order of its columns.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) table: &'static Table,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Rows {
    pub(crate) fn new(table: &'static Table) -> Self {
        Self { table, rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Vec<Value>) {
        self.rows.push(row);
    }

    /// The columns that the rows have: those of a key may be fewer than those of the table.
    pub(crate) fn columns(&self) -> impl Iterator<Item = Column> + use<> {
        self.table.columns().take(self.rows.first().map_or(0, Vec::len))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Takes a row apart, cell by cell.
#[derive(Debug)]
pub(crate) struct Cells(std::vec::IntoIter<Value>);

impl Cells {
    pub(crate) fn new(row: Vec<Value>) -> Self {
        Self(row.into_iter())
    }

    pub(crate) fn id(&mut self) -> Result<Uuid, StoreError> {
        self.maybe_id()?.ok_or_else(|| corrupt("an id is missing"))
    }

    pub(crate) fn int(&mut self) -> Result<i64, StoreError> {
        self.maybe_int()?.ok_or_else(|| corrupt("a number is missing"))
    }

    pub(crate) fn text(&mut self) -> Result<String, StoreError> {
        self.maybe_text()?.ok_or_else(|| corrupt("a text is missing"))
    }

    pub(crate) fn maybe_id(&mut self) -> Result<Option<Uuid>, StoreError> {
        match self.0.next() {
            Some(Value::Id(id)) => Ok(Some(id)),
            Some(Value::Null) => Ok(None),
            _ => Err(corrupt("not an id")),
        }
    }

    pub(crate) fn maybe_int(&mut self) -> Result<Option<i64>, StoreError> {
        match self.0.next() {
            Some(Value::Int(int)) => Ok(Some(int)),
            Some(Value::Null) => Ok(None),
            _ => Err(corrupt("not a number")),
        }
    }

    pub(crate) fn maybe_text(&mut self) -> Result<Option<String>, StoreError> {
        match self.0.next() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(corrupt("not a text")),
        }
    }

    /// So many numbers.
    pub(crate) fn ints<const N: usize>(&mut self) -> Result<[i64; N], StoreError> {
        let mut ints = [0; N];
        for int in &mut ints {
            *int = self.int()?;
        }
        Ok(ints)
    }
}

/// What a database holds, but nobody has written.
pub(crate) fn corrupt(what: &'static str) -> StoreError {
    Kind::Corrupt(what).into()
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
