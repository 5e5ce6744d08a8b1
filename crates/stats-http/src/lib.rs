#![doc = include_str!("../README.md")]

mod health;
mod problem;
mod router;
mod statistics;

pub use crate::router::router;
pub use stats_store::StatsReader;
