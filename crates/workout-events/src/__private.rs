//! What the expansions of the attributes need; not part of the API.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

pub use serde;

pub use crate::contract::message_fields;

/// Stands in `Debug` for a value that must not reach a log.
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<private>")
    }
}

/// Reads a text that the type itself knows how to read.
///
/// # Errors
/// When the value is not a text, or not one that the type knows.
pub fn parse_text<'de, D, T>(deserializer: D, expecting: &'static str) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: FromStr,
{
    struct Visitor<T>(&'static str, PhantomData<T>);

    impl<T: FromStr> serde::de::Visitor<'_> for Visitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(|_| E::invalid_value(serde::de::Unexpected::Other("another text"), &self))
        }
    }

    deserializer.deserialize_str(Visitor(expecting, PhantomData))
}
