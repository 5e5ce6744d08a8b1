//! What the benches share: measurement in turns, this process as the system sees it, and the client library without us.
//!
//! The machine that runs a bench is rarely quiet, so absolute figures drift. Ours and the limit are therefore measured
//! in turns, in one process, and a bench prints the ratio of their medians.

mod backlog;
pub mod by_hand;
mod event;
mod figures;
mod paired;
mod process;
mod run;

use std::error::Error;

pub use backlog::backlog;
pub use event::event;
pub use figures::{figure, median};
pub use paired::ratio;
pub use process::{Clock, Spent, resident};
pub use run::Run;

/// Why a bench ended early.
pub type Failure = Box<dyn Error + Send + Sync>;
