//! Forms: what stands in their fields, and what is said where it cannot be taken.

mod field;
mod goal;
mod measure;

pub(crate) use field::{Faults, Pairs, fault};
pub(crate) use goal::{GoalForm, measures};
pub(crate) use measure::Measure;
