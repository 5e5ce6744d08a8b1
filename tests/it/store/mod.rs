//! The statistics store on PostgreSQL and SQLite: what only a server, a disk or another process can do to it.
//!
//! After each fault the same is asked (`judge.rs`): what is kept follows from the ledger, the ledger has each fact once, and
//! every figure is that of a store in memory which was told each fact once.

mod file;
mod judge;
mod process;
mod queue;
mod running;
mod site;
mod tale;

mod faults;
mod histories;
mod news;
mod open;
mod operate;
mod partition;
mod tls;
mod writers;

use std::time::Duration;

use site::{is_true, open};
use tale::performed;

/// For everything, on a loaded machine.
const LIMIT: Duration = Duration::from_mins(1);

/// The queue of the consumers.
const QUEUE: &str = "stats.workouts";
