//! The consumer against a real broker and a real database, in processes that are killed, told to end and held.

mod process;

mod contract;
mod dead;
mod load;

mod faults;
mod instances;
mod ladder;
mod outage;
mod poison;

use std::time::Duration;

/// For what takes its time on a loaded machine, and is not what is measured.
const LIMIT: Duration = Duration::from_mins(1);

/// The queue of the consumer under test.
const QUEUE: &str = "tests.consumer";
