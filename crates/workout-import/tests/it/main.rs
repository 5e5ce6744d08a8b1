//! Files in, files out.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;

mod bad_input;
mod hevy;
mod round_trip;
mod strong;
