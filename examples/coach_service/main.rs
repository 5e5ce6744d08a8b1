//! The coach: performs workouts, and makes workouts of the day.
//!
//! `POST /workout/{id}/perform` stores that a workout was performed and tells it, in one transaction. Requests for workouts
//! of the day come by HTTP, by a schedule and as events; instances share the queue `coach.wods`, and whatever comes twice
//! or fails, exactly one workout is stored for each request. `docs/wod.md` tells what happens to one.
//!
//! It does not ask who is asking, as the monolith does not; whoever asks has to call it by a name of this machine or by one of
//! `hosts`.
//!
//! It needs a RabbitMQ (`AMQP_URL`) and a PostgreSQL (`DATABASE_URL`); `--help` says what can be set. Read the files in the
//! order of their `mod` lines.

mod problems;
mod store;

mod perform;

mod people;
mod wod;

mod figures;
mod ladder;
mod service;

use std::process::ExitCode;

use workout_examples::names::HOSTS;
use workout_examples::{AMQP_PLAINTEXT, AMQP_URL, Program, Setting};

/// Who says so, in the envelope of events.
const SOURCE: &str = "/coach";

const COACH: Program = Program {
    name: "coach_service",
    about: "Performs workouts, and makes workouts of the day.",
    settings: &[
        Setting::new("listen", "ADDRESS", "Where it answers; port 0 is any that is free").default("127.0.0.1:8081"),
        AMQP_URL,
        AMQP_PLAINTEXT,
        Setting::secret("database-url", "The PostgreSQL, such as postgres://user:password@host/database"),
        Setting::switch("no-declare", "Exchanges and queues are made by others, as with `workout topology apply`"),
        HOSTS,
        Setting::new("retries", "DELAYS", "When a request is tried again that has failed three times at once")
            .default("1s,5s,30s,5m"),
        Setting::new("fail-percent", "NUMBER", "How many of a hundred attempts to generate fail on purpose")
            .default("0"),
        Setting::new("fail-seed", "NUMBER", "Which of them do").default("0"),
    ],
};

#[tokio::main]
async fn main() -> ExitCode {
    COACH.run(service::run).await
}
