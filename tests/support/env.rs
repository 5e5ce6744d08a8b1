//! The environment variables through which whoever starts the servers names them to the tests.

use std::env;

/// Where AMQP 0-9-1 is spoken: a URL with credentials and without a virtual host.
pub const AMQP_URL: &str = "WORKOUT_TEST_AMQP_URL";

/// Where RabbitMQ's management API is served: an `http` URL with credentials and without `/api`.
pub const RABBITMQ_API: &str = "WORKOUT_TEST_RABBITMQ_API";

/// A PostgreSQL URL of a user who may create databases.
pub const POSTGRES_URL: &str = "WORKOUT_TEST_POSTGRES_URL";

/// The value of a variable; set but empty counts as unset, because that is how a shell script switches one off.
#[must_use]
pub fn get(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The value of a variable that a test cannot do without.
///
/// # Panics
///
/// With one sentence that names the command to use, when the variable is not set.
#[must_use]
#[track_caller]
pub fn required(name: &str) -> String {
    get(name).unwrap_or_else(|| {
        panic!("{name} is not set: run the tests through `cargo xtask test`, which starts the servers")
    })
}
