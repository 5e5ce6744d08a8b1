#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! | you want to | start at |
//! |---|---|
//! | a store | [`StatsStore::connect`], [`StatsStore::sqlite`], [`StatsStore::memory`] |
//! | store what happened | [`Fact`], [`StatsWriter`], [`Effect`] |
//! | read statistics | [`StatsReader`], [`Totals`] |
//! | know what a database would do to a store | [`StatsStore::examine`], [`Risk`] |
//! | bring a store of your own | [`StatsWriter`], [`StatsReader`], and the suite in `testing` |
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | *(default)* | all three stores |
//! | `testing` | the suite that every store has to pass |
//!
//! # How it counts
//!
//! Every fact goes into a **ledger**, once for its event id and once for its workout and revision. Each workout has a
//! **head**: the fact that counts, which is the one of the highest revision; of a deletion and a revision with the same
//! number, the deletion. The **totals** of a user change by the difference between the old head and the new one. All of
//! that is one transaction, so that the totals are at any time what the ledger says, in whatever order and however often
//! the facts came.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod fact;
mod head;
mod totals;

mod apply;
mod row;

mod memory;
mod postgres;
mod sqlite;

mod seam;
mod store;

mod examine;
mod risk;

#[cfg(feature = "testing")]
pub mod testing;

pub use crate::error::StoreError;
pub use crate::examine::Examined;
pub use crate::fact::{Effect, Fact};
pub use crate::risk::Risk;
pub use crate::seam::{StatsReader, StatsWriter};
pub use crate::store::StatsStore;
pub use crate::totals::Totals;
