//! `workout doctor`: what would lose or double events.
//!
//! A run asks (`by_amqp`, `management`, and the store), judges what was said (`check`), and prints the [`report`]. Judging
//! asks nothing, so that every finding can be shown on an answer that was written for it.

mod arguments;
mod run;
mod told;

mod by_amqp;
mod management;
mod place;

mod check;
mod code;
mod report;

mod print;

pub(crate) use arguments::Arguments;
pub(crate) use run::run;
