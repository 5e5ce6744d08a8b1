//! The monolith: users perform workouts here, and everybody who wants to know is told.
//!
//! It marks a workout as performed and tells it in one transaction; it has the sessions in which somebody trains right now;
//! and it keeps the last workout of each person, whoever performed it where. It knows nothing of the statistics service, and
//! works the same when there is none: what that service wants waits in its queue.
//!
//! | request | does |
//! |---|---|
//! | `POST /workout/{id}/perform` | marks a workout as performed, and tells it; the body is that of `workout.performed` |
//! | `GET /workout/{id}` | says whether it was performed or deleted, and in which revision |
//! | `POST /workouts/start` | `{user_id, workout_type, time_zone?, session_id?}` starts a session: `{session_id, start_time}` |
//! | `POST /workouts/{session_id}/end` | `{end_time, calories_burned?}` ends it: `{session_id, duration, calories_burned}` |
//! | `GET /users/{user_id}/last-workout` | the workout that ended last |
//! | `GET /healthz`, `/readyz`, `/metrics` | how it is doing |
//!
//! Each request may be sent again, and is answered as the first time; a start only with a `session_id`. It does not ask who
//! is asking: it belongs behind what signs people in, and listens on this machine alone unless it is told otherwise. Whoever
//! asks has to call it by a name of this machine or by one of `hosts`, and no page of another origin is answered.
//!
//! It needs a RabbitMQ (`AMQP_URL`) and a PostgreSQL (`DATABASE_URL`), in which it keeps to the schema `monolith`; `--help`
//! says what can be set. Read the files in the order of their `mod` lines.

mod problems;

mod database;

mod workout;

mod session;

mod last_workout;

mod service;

use std::process::ExitCode;

use workout_examples::names::HOSTS;
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
        HOSTS,
    ],
};

#[tokio::main]
async fn main() -> ExitCode {
    MONOLITH.run(service::run).await
}
