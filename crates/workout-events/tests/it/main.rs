//! The contract from the outside.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod envelope;
mod family;
mod plain;
mod properties;
mod reader;
mod replay;

#[test]
fn misuse_does_not_compile_and_says_what_to_mend() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
