//! What is wrong with an event, where, and under which stable code.

use std::fmt;

use serde::{Serialize, Serializer};

/// Declares [`Code`]: the variant, its stable name and the sentence that documents it, once.
macro_rules! codes {
    ($($variant:ident $name:literal $doc:literal)*) => {
        /// The stable name of a rule that an event broke.
        ///
        /// Codes are part of the contract: programs match on them, so a released one keeps its name and its meaning.
        /// Messages are for people and may change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $doc] $variant,)*
            /// A rule of a family outside this crate, under the name that family gave it.
            Other(&'static str),
        }

        impl Code {
            /// Every code this crate itself uses, in the order of the checks.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The stable name, in `snake_case`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other(name) => name,
                }
            }

            /// What the code means, as one sentence.
            #[must_use]
            pub const fn describe(self) -> &'static str {
                match self {
                    $(Self::$variant => $doc,)*
                    Self::Other(_) => "A rule of another event family.",
                }
            }
        }
    };
}

codes! {
    Empty "empty" "The message has no bytes."
    TooLarge "too_large" "The message is larger than the limit (256 KiB unless the decoder was told otherwise)."
    NotUtf8 "not_utf8" "The message is not UTF-8."
    ByteOrderMark "byte_order_mark" "The message starts with a byte order mark."
    Truncated "truncated" "The JSON text ends before its value does."
    InvalidJson "invalid_json" "The text is not JSON."
    TrailingBytes "trailing_bytes" "Something follows the JSON value."
    TooDeep "too_deep" "Arrays and objects are nested deeper than 64."
    DuplicateKey "duplicate_key" "An object has the same key twice."
    NumberOutOfRange "number_out_of_range" "A number cannot be held exactly: an integer beyond 2^53 - 1, or a float beyond the range of a double."
    NulCharacter "nul_character" "A text contains the NUL character."
    LoneSurrogate "lone_surrogate" "A text contains half of a surrogate pair."
    WrongType "wrong_type" "The value has another JSON type than the contract says."
    NullValue "null_value" "The value is null; an absent field is left out."
    Missing "missing" "A required field is absent."
    UnknownField "unknown_field" "The contract knows no field of this name, and the reader was told to refuse such fields."
    NothingMeasured "nothing_measured" "At least one field of a named group must be present."
    NotAnInteger "not_an_integer" "The number is written with a fraction or an exponent where an integer is due."
    BelowMinimum "below_minimum" "The integer is below the smallest allowed."
    AboveMaximum "above_maximum" "The integer is above the largest allowed."
    TooShort "too_short" "The text has fewer characters than allowed."
    TooLong "too_long" "The text has more characters than allowed."
    TooFewItems "too_few_items" "The list has fewer items than allowed."
    TooManyItems "too_many_items" "The list has more items than allowed."
    ControlCharacter "control_character" "A text contains a control character other than a line break or tab in a text of several lines."
    BidiControl "bidi_control" "A text contains a character that reorders what people see (U+202A to U+202E, U+2066 to U+2069)."
    UnknownChoice "unknown_choice" "The text is not one of the allowed values."
    InvalidUuid "invalid_uuid" "The text is not a UUID in its hyphenated form."
    NilUuid "nil_uuid" "The UUID is nil, so it identifies nothing."
    InvalidSlug "invalid_slug" "The text is not a slug: 1 to 64 lower-case letters and digits, in parts joined by single '-', '_' or '.'."
    InvalidTime "invalid_time" "The text is not an RFC 3339 date and time, or names a day that does not exist."
    MissingOffset "missing_offset" "The date and time lacks its offset from UTC."
    LeapSecond "leap_second" "The time has a second 60, which clocks and databases do not agree on."
    YearOutOfRange "year_out_of_range" "The year is not within 1970 to 2199."
    UnknownTimeZone "unknown_time_zone" "The text is not the name of an IANA time zone."
    InvalidReference "invalid_reference" "The text is not 1 to 255 printable ASCII characters without spaces."
    InvalidTraceparent "invalid_traceparent" "The text is not a W3C traceparent of version 00."
    UnknownType "unknown_type" "No type of this name is known to the reader."
    UnknownVersion "unknown_version" "The type is known but not in this version: park the message, a newer reader may know it."
    EndNotAfterStart "end_not_after_start" "The end is not later than the start."
    SpanTooLong "span_too_long" "The time from start to end is longer than 24 hours."
    ExceedsElapsed "exceeds_elapsed" "The active time is longer than the time from start to end."
    AverageAboveMaximum "average_above_maximum" "The average heart rate is above the highest one."
    TooManySets "too_many_sets" "The exercises of the workout have more than 500 sets in all."
    InFuture "in_future" "The time lies more than 24 hours in the future."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One broken rule: its code, the place, and a sentence for people.
///
/// The message never repeats what the event says, so it can be logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// The stable name of the rule.
    pub code: Code,
    /// Where, as a JSON pointer (RFC 6901) into the message. Empty for the message as a whole.
    pub pointer: String,
    /// What is expected there.
    pub message: String,
}

impl Violation {
    /// A violation of `code` at `pointer`.
    #[must_use]
    pub fn new(code: Code, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, pointer: pointer.into(), message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the message" } else { &self.pointer };
        write!(f, "{place}: {} ({})", self.message, self.code)
    }
}

/// Everything that is wrong with one event. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Wraps the violations; `None` when there are none, so that "refused without a reason" cannot be said.
    #[must_use]
    pub fn new(violations: Vec<Violation>) -> Option<Self> {
        (!violations.is_empty()).then_some(Self(violations))
    }

    pub(crate) fn one(code: Code, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self(vec![Violation::new(code, pointer, message)])
    }

    pub(crate) fn map_pointers(mut self, map: impl Fn(String) -> String) -> Self {
        for violation in &mut self.0 {
            violation.pointer = map(std::mem::take(&mut violation.pointer));
        }
        self
    }

    /// The violations, in the order in which they were found.
    #[must_use]
    pub fn as_slice(&self) -> &[Violation] {
        &self.0
    }

    /// The first violation: the one to name where there is room for one only.
    #[must_use]
    pub fn first(&self) -> &Violation {
        &self.0[0]
    }

    /// Iterates over the violations, in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = std::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first())?;
        match self.0.len() - 1 {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}

impl std::error::Error for Violations {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_snake_case_names() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(
            names
                .iter()
                .all(|name| { name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') })
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }

    #[test]
    fn display_counts_what_it_leaves_out() {
        let one = Violation::new(Code::Missing, "/id", "required");
        assert_eq!(Violations(vec![one.clone()]).to_string(), "/id: required (missing)");
        assert_eq!(Violations(vec![one.clone(), one]).to_string(), "/id: required (missing), and 1 more");
    }
}
