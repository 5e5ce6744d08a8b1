//! What stands in one cell: numbers, times, lengths of time, and texts.

mod clock;
mod decimal;
mod duration;
mod measure;
mod month;
mod text;

pub(crate) use clock::{civil, later, resolve, resolve_end};
pub(crate) use decimal::Decimal;
pub(crate) use duration::{duration, duration_text};
pub(crate) use measure::{entered_text, measure, measure_text};
pub(crate) use text::{guard, unguard};
