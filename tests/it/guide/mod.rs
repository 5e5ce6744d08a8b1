//! What the guide tells people to type.

mod commands;
mod settings;
mod start;
