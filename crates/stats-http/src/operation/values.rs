//! Values that parameters have.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use stats_store::{Day, Days};

use crate::problem::{Code, Problem};

/// A date of the years 1 to 9999, written `2026-03-28`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Date(pub(crate) Day);

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        // The parser takes other forms as well, which no client should get used to.
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<_> = text.split('-').collect();
        let is_date = matches!(parts[..], [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2) && y != "0000");
        let day = if is_date { text.parse().ok() } else { None };
        day.map(Self).ok_or_else(|| D::Error::custom("a date is written 2026-03-28"))
    }
}

impl JsonSchema for Date {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date",
            "pattern": r"^\d{4}-\d{2}-\d{2}$",
            "not": { "pattern": "^0000" },
        })
    }
}

/// How many workouts are on a page: 1 to 500.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageSize(pub(crate) u16);

impl PageSize {
    pub(crate) const MAX: u16 = stats_store::WorkoutFilter::MAX;
}

impl Default for PageSize {
    fn default() -> Self {
        Self(50)
    }
}

impl<'de> Deserialize<'de> for PageSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let size = u16::deserialize(deserializer)?;
        let is_size = (1..=Self::MAX).contains(&size);
        is_size.then_some(Self(size)).ok_or_else(|| D::Error::custom("a page has 1 to 500 entries"))
    }
}

impl JsonSchema for PageSize {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "PageSize".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": Self::MAX, "default": Self::default().0 })
    }
}

/// The name of an exercise: lower-case letters and digits, in parts joined by single `-`, `_` or `.`.
#[derive(Debug, Clone)]
pub(crate) struct Slug(pub(crate) String);

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_part = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let is_slug = text.len() <= 64 && text.split(['-', '_', '.']).all(is_part);
        is_slug.then_some(Self(text)).ok_or_else(|| D::Error::custom("not a slug"))
    }
}

impl JsonSchema for Slug {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Slug".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": 64, "pattern": "^[a-z0-9]+([-_.][a-z0-9]+)*$" })
    }
}

/// What a person calls something, in at most `MOST` letters: one line without controls, as the contract has it.
pub(crate) struct Line<const MOST: usize>;

impl<const MOST: usize> JsonSchema for Line<MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Line{MOST}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "minLength": 1,
            "maxLength": MOST,
            "pattern": r"^[^\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$",
            "not": { "pattern": r"\n$" },
        })
    }
}

/// A range of days as a question asks for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span(pub(crate) Option<Date>, pub(crate) Option<Date>);

impl Span {
    /// These days, and where an end is not named, all that there are.
    pub(crate) fn or_all(self) -> Result<Days, Problem> {
        let Self(from, to) = self;
        ordered(Days::new(from.map_or(Day::MIN, |from| from.0), to.map_or(Day::MAX, |to| to.0)))
    }

    /// These days, and where an end is not named, the year until `today`. At most `most` days.
    pub(crate) fn or_year(self, today: Day, most: i32) -> Result<Days, Problem> {
        let Self(from, to) = self;
        let last = to.map_or_else(|| from.map_or(today, |from| today.max(from.0)), |to| to.0);
        let first = from.map_or_else(|| last.plus(-364), |from| from.0);
        let days = ordered(Days::new(first, last))?;
        if days.last.since(days.first) >= most { Err(Code::RangeTooLong.into()) } else { Ok(days) }
    }
}

fn ordered(days: Days) -> Result<Days, Problem> {
    if days.first > days.last { Err(Code::InvalidRange.into()) } else { Ok(days) }
}
