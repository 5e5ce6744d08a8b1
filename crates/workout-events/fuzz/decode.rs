//! `cargo +nightly fuzz run decode --fuzz-dir crates/workout-events/fuzz`
#![no_main]

#[path = "../tests/it/reader.rs"]
mod reader;

libfuzzer_sys::fuzz_target!(|message: &[u8]| reader::check(message));
