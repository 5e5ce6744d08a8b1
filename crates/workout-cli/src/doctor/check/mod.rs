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

pub(super) use broker::{Told, broker};
pub(super) use commands::quoted;
pub(super) use family::{DEFAULT_LADDER, delay_name};
pub(super) use user::user;
