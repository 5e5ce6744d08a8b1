//! The first-party events, a module for each family.
//!
//! Every type is written with [`event`](crate::event): the fields, their bounds and their meaning stand in one
//! place, from which the schemas and the checks follow. To bring a family of your own, write the same in your crate.

pub mod audit;
pub mod goal;
pub mod group;
pub mod import;
pub mod notification;
pub mod record;
pub mod session;
pub mod user;
pub mod wod;
pub mod workout;

/// A text that is not one of the allowed values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expecting}")]
pub struct UnknownChoice {
    expecting: &'static str,
}

impl UnknownChoice {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(expecting: &'static str) -> Self {
        Self { expecting }
    }
}

/// The format of names that programs compare, such as the id of an exercise.
pub const SLUG: crate::shape::Format = crate::shape::Format {
    name: "slug",
    pattern: r"^[a-z0-9]+([-_.][a-z0-9]+)*$",
    format: None,
    max_chars: Some(64),
    excludes: None,
    beyond_pattern: None,
    sample: "back-squat",
    check: |text| {
        let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.len() <= 64 && text.split(['-', '_', '.']).all(part) { Ok(()) } else { Err(crate::Code::InvalidSlug) }
    },
};
