#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! | you want to | start at |
//! |---|---|
//! | a store | [`StatsStore::connect`], [`StatsStore::sqlite`], [`StatsStore::memory`]; [`StatsStore::builder`] for connections and timeouts |
//! | store what happened | [`Fact`], [`StatsWriter`], [`Effect`] |
//! | fill it from a queue | `ingest` (feature `ingest`) |
//! | read statistics | [`StatsReader`] and the functions of `dyn StatsReader`, [`Answer`], [`Figures`] |
//! | goals, records, leaderboards | [`Goal`], [`Record`], [`Board`] |
//! | know what a number means | [`Tally`], [`Day`], [`e1rm_g`] |
//! | look after a store | [`StatsStore::verify`], [`StatsStore::rebuild`], [`StatsStore::erase_user`], [`StatsStore::quarantine`], [`StatsStore::retain`], [`StatsStore::watch`] |
//! | know what a database would do to a store | [`StatsStore::examine`], [`Risk`] |
//! | bring a store of your own | [`StatsWriter`], [`StatsReader`], and the suite in `testing` |
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | *(none)* | all three stores |
//! | `tls` *(default)* | TLS to `PostgreSQL`, with rustls and ring |
//! | `demo` | believable people with years of training |
//! | `announce` | what follows from a write is told: records, goals; through the outbox of `workout-publisher` |
//! | `ingest` | from a queue into a store, by `workout-consumer` |
//! | `testing` | the suite and the random histories that every store has to pass |
//!
//! # How it counts
//!
//! Every fact goes into a **ledger**, once for its event id and once for its workout and revision. For each workout one fact
//! counts: that of the highest revision; of a deletion and a revision with the same number, the deletion. What is kept
//! beside the ledger are sums of what counts, and changes by the difference. All of that is one transaction, under the lock
//! of the people it concerns, so that every answer is at any time what the ledger says, in whatever order and however
//! often the facts came.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod definition;
mod error;
mod fact;
mod number;
mod person;
mod said;

mod projection;
mod table;
mod write;

mod goal;
mod news;
mod record;

mod memory;
mod postgres;
mod sqlite;

mod operate;
mod query;
mod seam;
mod store;

#[cfg(feature = "ingest")]
mod ingest;

mod examine;
mod risk;

#[cfg(feature = "demo")]
pub mod demo;
#[cfg(feature = "testing")]
pub mod testing;

pub use crate::error::StoreError;
pub use crate::examine::Examined;
pub use crate::fact::{Effect, Fact};
pub use crate::goal::Outcome;
#[cfg(feature = "ingest")]
pub use crate::ingest::{Ingest, ingest};
#[cfg(feature = "announce")]
pub use crate::news::Announced;
pub use crate::number::{Day, Tally, Totals, e1rm_g};
pub use crate::operate::{Drift, Progress, Quarantined, Retained, Retention, Sample, Verified};
pub use crate::person::{AsOf, Preferences};
pub use crate::query::{
    ActiveDay, After, Answer, Board, Comparison, Coverage, DaySums, Days, EffortOf, ExerciseFigures, ExerciseSums,
    Figures, Goal, GoalStanding, GoalStatus, Lifetime, MonthSums, Performed, Period, Point, Ranked, RankedBy, Record,
    Schedule, Span, Streak, Streaks, Sums, TrendPoint, Tries, WholeWorkout, WorkoutFilter,
};
pub use crate::record::RecordOf;
pub use crate::risk::Risk;
pub use crate::seam::{StatsReader, StatsWriter};
pub use crate::store::{StatsStore, StatsStoreBuilder, Steps};
