//! Numbers as people say them. All of it from integers: what the page says is what the store says, rounded once.

mod amount;
mod date;
mod name;
mod number;
mod units;

pub(crate) use amount::{Amount, change};
pub(crate) use date::{day, day_with_year, month, weekday_letter};
pub(crate) use name::{activity, exercise, record_kind, sentence};
pub(crate) use number::{grouped, real};
pub(crate) use units::{Units, duration, hours};
