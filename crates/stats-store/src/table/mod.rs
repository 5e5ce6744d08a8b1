//! Tables as all stores have them.
//!
//! A store is a handful of primitives over tables: find, put, sum up. What is done with them is written once, above.

mod cell;
mod layout;
mod rows;
mod scan;
mod seam;
mod sql;

pub(crate) use cell::cells;
pub(crate) use layout::{Column, Kind, LEDGER, PAST, PEOPLE, QUARANTINE, Table, WORKOUTS, id, int, text};
pub(crate) use rows::{Cells, Rows, Value};
pub(crate) use scan::{Filter, Scan, Seen, Take};
pub(crate) use seam::{Find, On, Tables};
pub(crate) use sql::{
    Dialect, create_table, insert_head, insert_tail, join, names, on_key, ranking as ranking_sql, scan as scan_sql,
    scan_rows,
};
