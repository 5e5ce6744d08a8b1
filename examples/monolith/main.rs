//! The monolith: users perform workouts here, and everybody who wants to know is told.
//!
//! It marks a workout as performed and tells it in one transaction; it has the sessions in which somebody trains right now;
//! and it keeps the last workout of each person, whoever performed it where. It knows nothing of the statistics service, and
//! works the same when there is none: what that service wants waits in its queue.
//!
//! It needs a RabbitMQ (`AMQP_URL`) and a PostgreSQL (`DATABASE_URL`), in which it keeps to the schema `monolith`; `--help`
//! says what can be set. Read the files in the order of their `mod` lines.

mod problems;

mod database;

mod workout;

mod session;

mod last_workout;

mod health;
mod service;

use std::process::ExitCode;

use workout_examples::{AMQP_PLAINTEXT, AMQP_URL, Program, Setting};

/// Who says so, in the envelope of events.
const SOURCE: &str = "/monolith";

const MONOLITH: Program = Program {
    name: "monolith",
    about: "Performs workouts, has sessions, and keeps the last workout of each person.",
    settings: &[
        Setting::new("listen", "ADDRESS", "Where it answers; port 0 is any that is free").default("127.0.0.1:8082"),
        AMQP_URL,
        AMQP_PLAINTEXT,
        Setting::secret("database-url", "The PostgreSQL, such as postgres://user:password@host/database"),
        Setting::switch("no-declare", "Exchanges and queues are made by others, as with `workout topology apply`"),
    ],
};

#[tokio::main]
async fn main() -> ExitCode {
    MONOLITH.run(service::run).await
}
