//! The first page: ten seconds after training, five minutes on Sunday.

mod activities;
mod figures;
mod goals;
mod last;
mod page;
mod read;
mod records;
mod sentence;
mod trend;
mod week;
mod year;

pub(super) use page::get;
