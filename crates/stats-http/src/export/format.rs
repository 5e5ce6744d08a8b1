//! The forms that a file may have.

use schemars::JsonSchema;
use serde::Deserialize;

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// A table: a line for each workout, with the names and the numbers of this API.
    Csv,
    /// The workouts with all that was said of them, and their sums.
    Json,
    /// Events, one a line, and before them how the person counts: in an empty store they give the same statistics.
    Jsonl,
    /// What Hevy has columns for.
    Hevy,
    /// What Strong has columns for.
    Strong,
}

impl Format {
    /// As it stands in addresses.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Hevy => "hevy",
            Self::Strong => "strong",
        }
    }

    pub(crate) fn from_key(key: &str) -> Option<Self> {
        [Self::Csv, Self::Json, Self::Jsonl, Self::Hevy, Self::Strong].into_iter().find(|format| format.key() == key)
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Csv | Self::Hevy | Self::Strong => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::Jsonl => "application/x-ndjson",
        }
    }

    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Csv => "workouts.csv",
            Self::Json => "workouts.json",
            Self::Jsonl => "workouts.jsonl",
            Self::Hevy => "workouts-hevy.csv",
            Self::Strong => "workouts-strong.csv",
        }
    }
}
