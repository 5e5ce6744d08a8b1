//! What the guide tells people to type.

mod commands;
mod start;
