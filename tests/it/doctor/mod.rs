//! `workout doctor`, on servers that are made wrong on purpose.

mod site;

mod policies;
mod queues;

mod links;
mod nodes;
