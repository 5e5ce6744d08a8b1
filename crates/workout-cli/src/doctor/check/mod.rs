//! What follows from what was answered.

mod commands;
mod rules;

mod cluster;
mod exchanges;
mod user;

mod family;
mod queue;

mod dead;
mod delay;
mod work;

mod broker;

#[cfg(test)]
mod tests;

pub(super) use broker::broker;
pub(super) use commands::quoted;
pub(super) use user::user;
