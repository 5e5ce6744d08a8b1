#![doc = include_str!("../README.md")]

mod dashboard;
mod health;
mod problem;
mod router;
mod statistics;

pub use crate::dashboard::Dashboard;
pub use crate::router::router;
pub use stats_store::StatsReader;
