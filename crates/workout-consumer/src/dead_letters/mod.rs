//! What lies in a dead-letter queue: looked at, given back to its queue, or thrown away.
//!
//! AMQP has no way to look into a queue. So messages are taken and held, and given back at the end: nobody else sees them
//! meanwhile, and the broker counts that they came back. A dead-letter queue has no limit on that.
//!
//! ```
//! use workout_consumer::dead_letters::{Filter, Progress, Replay};
//! use workout_consumer::{Broker, DeadLetters, Queue, Reason};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let broker = Broker::in_process(); // or Broker::connect("amqp://...").await?
//! # broker.declare(&Queue::new("stats.workouts")).await?;
//! let dead = DeadLetters::new(&broker, "stats.workouts");
//!
//! let mut reading = dead.read(Filter::all().reason(Reason::Exhausted)).await?;
//! while let Some(letter) = reading.next().await {
//!     let letter = letter?;
//!     println!("{:?} died of {:?}", letter.id, letter.error);
//! }
//! let _ = reading.close().await?;
//!
//! let replay = Replay::of(Filter::all().reason(Reason::Exhausted));
//! let never = std::future::pending();
//! let report = dead
//!     .replay(replay, never, |progress| {
//!         if let Progress::Failed(letter, why) = progress {
//!             println!("{:?} stays: {why}", letter.id);
//!         }
//!     })
//!     .await?;
//! assert!(report.is_complete());
//! # Ok(())
//! # }
//! ```

mod error;

mod dead_letter;

mod filter;

mod walk;

mod report;

mod reading;

mod edits;

mod pace;

mod replay;

mod discard;

mod handle;

pub use dead_letter::DeadLetter;
pub use edits::Edits;
pub use error::DeadLetterError;
pub use filter::Filter;
pub use handle::DeadLetters;
pub use reading::Reading;
pub use replay::{NotReplayed, Replay};
pub use report::{End, Progress, Report};
