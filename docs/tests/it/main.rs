//! Whether the pages of this repository lead somewhere.

#![expect(clippy::unwrap_used, reason = "tests")]

mod markdown;

mod links;
mod named;
