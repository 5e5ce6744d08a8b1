//! The contract from the outside.

mod bad_input;
