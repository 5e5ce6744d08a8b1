//! Reference services: each is an example of this package, and thin wiring of the published crates.
//!
//! | example | what it shows |
//! |---|---|
//! | `stats_service` | events in, statistics out: `cargo run --example stats_service` |
//! | `coach_service` | performs workouts, and makes workouts of the day: what `docs/wod.md` tells |
//! | `monolith` | performs workouts, has sessions, and keeps the last workout of each person |
//! | `pipeline` | all of it in one process, in the file to read first: `cargo run --example pipeline` |
//! | `load` | how fast it is here: `cargo run --release --example load -- publish` |
//!
//! This library is what every one of those services needs and no event knows about: settings, logs, when to end, how to
//! open a database, and how a request says that a workout was performed. A service is a [`Program`]:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use workout_examples::{AMQP_PLAINTEXT, AMQP_URL, Failure, Program, Setting, Settings, Shutdown};
//!
//! const PROGRAM: Program = Program {
//!     name: "listener",
//!     about: "Listens, and does nothing else.",
//!     settings: &[AMQP_URL, AMQP_PLAINTEXT, Setting::new("queue", "NAME", "where events wait").default("mine")],
//! };
//!
//! #[tokio::main]
//! async fn main() -> ExitCode {
//!     PROGRAM.run(run).await
//! }
//!
//! async fn run(settings: Settings) -> Result<(), Failure> {
//!     let shutdown = Shutdown::on_signal()?;
//!     let broker = settings.broker()?.connect().await?;
//!     println!("{} on {:?}", settings.required("queue")?, broker);
//!     shutdown.wait().await;
//!     Ok(broker.close().await?)
//! }
//! ```

mod service;

pub use service::{
    AMQP_PLAINTEXT, AMQP_URL, Failure, Problem, Program, Setting, Settings, Shutdown, WrongSetting, database, exporter,
    health, names, perform, prepare, tell_url, with_causes,
};
