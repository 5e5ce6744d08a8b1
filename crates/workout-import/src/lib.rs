#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! | you want to | start at |
//! |---|---|
//! | read a file | [`Format::read`], [`Options`], [`Imported`] |
//! | know what was refused, and why | [`Rejected`], [`Reason`], [`FileError`] |
//! | write a file | [`Format::writer`], [`Units`], [`event_line`] |
//! | know whether a file says something new of a workout | [`Format::carried`] |
//! | know what a store knows of a file | `Compared`, `Known` (feature `store`) |
//! | name a workout or an exercise as an import does | [`workout_id`], [`exercise_id`] |

mod cell;
mod identity;
mod options;

mod activity;
mod notes;
mod reason;
mod row;

mod assemble;
mod hevy;
mod strong;
mod table;

mod flatten;
mod format;
mod jsonl;
#[cfg(feature = "store")]
mod store;

pub use crate::format::{Format, Imported, WorkoutWriter};
pub use crate::identity::{exercise_id, workout_id};
pub use crate::jsonl::event_line;
pub use crate::options::{DistanceUnit, Options, Units, WeightUnit};
pub use crate::reason::{FileError, Reason, Rejected};
#[cfg(feature = "store")]
pub use crate::store::{Compared, Known, preferences_line};
