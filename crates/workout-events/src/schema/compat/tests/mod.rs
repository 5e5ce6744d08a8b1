//! Every rule, harmless changes, and what holds for all schemas; the `jsonschema` crate is the referee.

mod support;

mod constraints;
mod folders;
mod harmless;
mod rules;
mod values;

mod instances;
mod properties;
mod strategies;
