//! Believable people: what a dashboard or a newcomer needs to see something. The same seed tells the same story, on any
//! machine; nothing of it is random.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use stats_store::StatsStore;
//! use stats_store::demo::Story;
//! use workout_events::UserId;
//!
//! let store = StatsStore::memory();
//! let (ada, now) = (UserId::from_foreign("demo", "ada"), "2025-06-15T18:00:00Z".parse()?);
//! for facts in Story::years(ada, 2).facts(now).chunks(200) {
//!     store.writer().write(facts).await?;
//! }
//! assert!(store.reader().totals(ada).await?.total_workouts > 300);
//! # Ok(())
//! # }
//! ```

mod chance;
mod day;
mod endurance;
mod story;
mod strength;

pub use story::Story;
