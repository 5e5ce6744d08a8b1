//! Every rule, harmless changes, and what holds for all schemas; the `jsonschema` crate is the referee.

mod support;

mod folders;
mod harmless;
mod properties;
mod rules;
