//! The suite that every store has to pass.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let store = stats_store::StatsStore::memory();
//! stats_store::testing::keeps_the_contract(store.writer(), store.reader()).await;
//! # }
//! ```

#![expect(clippy::missing_panics_doc, reason = "a panic is how a suite says that it failed")]

mod agree;
mod board;
mod events;
mod goals;
mod history;
mod model;
mod people;
mod run;
mod suite;

pub use agree::{agrees, agrees_with_its_ledger, agrees_with_little_kept};
pub use history::{History, histories};
pub use run::over_histories;
pub use suite::keeps_the_contract;
