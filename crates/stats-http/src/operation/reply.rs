//! An answer about a person, as it is sent.

use schemars::JsonSchema;
use serde::Serialize;

/// An answer, and the moment that it is of.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Reply")]
pub(crate) struct Reply<T> {
    /// The moment that the answer is of.
    pub(crate) as_of: AsOf,
    /// What was asked for.
    pub(crate) data: T,
}

/// A moment in the history of a person's statistics. Answers with equal moments are about the same set of workouts.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AsOf {
    /// What the numbers mean: grows when their definition changes.
    definition: i64,
    /// How many writes have changed something of this person; what `min_position` is compared with.
    version: i64,
    /// When the last of them was.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    changed_at: Option<String>,
}

impl From<stats_store::AsOf> for AsOf {
    fn from(as_of: stats_store::AsOf) -> Self {
        Self {
            definition: as_of.definition,
            version: as_of.version,
            changed_at: as_of.changed_at.map(|at| at.to_string()),
        }
    }
}

impl<T> Reply<T> {
    pub(crate) fn new(as_of: stats_store::AsOf, data: T) -> Self {
        Self { as_of: as_of.into(), data }
    }
}
