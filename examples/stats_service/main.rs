//! The statistics service: events in, statistics over HTTP out.
//!
//! With nothing configured it is complete in one process: the broker is inside, the statistics are in the file
//! `stats.db`, and `POST /workout/{id}/perform` takes the place of the services that would publish. With `AMQP_URL` and
//! `DATABASE_URL` it consumes from RabbitMQ into PostgreSQL.
//!
//! `--demo` shows the dashboard with years of believable training, and `--help` says what can be set. Read the files in the
//! order of their `mod` lines.

mod settings;

mod demo;
mod ingest;
mod receipts;

mod perform;

mod background;
mod hints;

mod greeting;
mod parts;
mod service;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    settings::PROGRAM.run(service::run).await
}
