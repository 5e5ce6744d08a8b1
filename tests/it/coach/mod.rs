//! The coach as processes, on the real servers.

mod answers;
mod command;
mod dead;
mod erased;
mod fleet;
mod generator;
mod performed;
mod requests;
mod schedule;
mod site;
