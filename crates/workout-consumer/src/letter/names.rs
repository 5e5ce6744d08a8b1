//! The names of headers: ours, and those that the broker adds to a message that it moves.

pub(super) const ATTEMPTS: &str = "workout-attempts";
pub(super) const FIRST_TIME: &str = "workout-first-time";
pub(super) const EXCHANGE: &str = "workout-exchange";
pub(super) const ROUTING_KEY: &str = "workout-routing-key";
pub(super) const HISTORY: &str = "workout-history";

pub(super) const DEAD_REASON: &str = "workout-dead-reason";
pub(super) const DEAD_TIME: &str = "workout-dead-time";
pub(super) const DEAD_ERROR: &str = "workout-dead-error";
pub(super) const DEAD_CODE: &str = "workout-dead-code";
pub(super) const DEAD_POINTER: &str = "workout-dead-pointer";
pub(super) const DEAD_QUEUE: &str = "workout-dead-queue";

const OURS: [&str; 11] = [
    ATTEMPTS,
    FIRST_TIME,
    EXCHANGE,
    ROUTING_KEY,
    HISTORY,
    DEAD_REASON,
    DEAD_TIME,
    DEAD_ERROR,
    DEAD_CODE,
    DEAD_POINTER,
    DEAD_QUEUE,
];

pub(super) const FIRST_DEATH_QUEUE: &str = "x-first-death-queue";
pub(super) const FIRST_DEATH_EXCHANGE: &str = "x-first-death-exchange";
pub(super) const FIRST_DEATH_REASON: &str = "x-first-death-reason";
/// Since RabbitMQ 3.13.
pub(super) const LAST_DEATH_QUEUE: &str = "x-last-death-queue";
pub(super) const LAST_DEATH_REASON: &str = "x-last-death-reason";

/// Whether a header is written anew for each journey of a message.
pub(super) fn is_ours(name: &str) -> bool {
    OURS.contains(&name)
}
