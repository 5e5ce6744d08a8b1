//! Whether the pages of this repository lead somewhere, and whether all of the guide can be found.

#![expect(clippy::unwrap_used, reason = "tests")]

mod markdown;

mod contents;
mod links;
mod named;
