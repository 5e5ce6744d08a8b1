//! What a database does within a transaction.

use uuid::Uuid;

use super::layout::Table;
use super::rows::{Rows, Value};
use super::scan::Scan;
use crate::error::StoreError;
use crate::news::News;

/// Which rows are looked for: those with one of these ids in this column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Find<'i> {
    pub(crate) table: &'static Table,
    pub(crate) column: &'static str,
    pub(crate) ids: &'i [Uuid],
    /// Whether nobody else may change them until the end of the transaction. They are locked in the order of their keys.
    pub(crate) lock: bool,
}

/// What to do about a row whose key is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// Nobody has expected it: somebody else was quicker, and all of it begins anew.
    Race,
    /// The one that is there stays.
    Keep,
    /// The new one stays. It has been found and locked before, so it is there.
    Replace,
    /// The numbers are added.
    Add,
}

/// The statements of a store, within a transaction. Dropping it undoes what it did.
pub(crate) trait Tables: Send {
    fn find(&mut self, find: Find<'_>) -> impl Future<Output = Result<Vec<Vec<Value>>, StoreError>> + Send;

    /// The rows whose keys begin with one of these, in the order of their keys. All of these begin with as many columns.
    fn find_under(&mut self, keys: Rows) -> impl Future<Output = Result<Vec<Vec<Value>>, StoreError>> + Send;

    /// What a reader would see of a person, who is locked, with what this transaction has changed.
    fn scan(&mut self, scan: &Scan) -> impl Future<Output = Result<Vec<Vec<Value>>, StoreError>> + Send;

    fn put(&mut self, rows: Rows, on: On) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes the rows with these keys of which nothing is left: the first number is 0.
    fn sweep(&mut self, keys: Rows) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes the rows with these keys.
    fn remove(&mut self, keys: Rows) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes the rows with one of these ids in this column.
    fn delete(&mut self, find: Find<'_>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether anybody is told. Where nobody is, there need be no news.
    fn announces(&self) -> bool;

    /// Tells others, if and only if this is committed.
    fn announce(&mut self, news: Vec<News>) -> impl Future<Output = Result<(), StoreError>> + Send;

    fn commit(self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl<'i> Find<'i> {
    pub(crate) fn new(table: &'static Table, column: &'static str, ids: &'i [Uuid]) -> Self {
        Self { table, column, ids, lock: false }
    }

    pub(crate) fn locked(self) -> Self {
        Self { lock: true, ..self }
    }
}
