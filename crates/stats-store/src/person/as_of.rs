//! Which moment an answer is of.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use workout_events::jiff::Timestamp;

/// The moment that an answer belongs to, and the definition by which its numbers were made.
///
/// Two answers about a person with equal moments are answers about the same set of facts: this is what to compare before
/// one is shown beside the other, and what a cache may be keyed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct AsOf {
    /// What the numbers mean: grows when their definition changes.
    pub definition: i64,
    /// How many writes have changed something of this person. 0: nothing is known.
    pub version: i64,
    /// When the last of them was.
    pub changed_at: Option<Timestamp>,
}

impl Serialize for AsOf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("AsOf", 3)?;
        fields.serialize_field("definition", &self.definition)?;
        fields.serialize_field("version", &self.version)?;
        fields.serialize_field("changed_at", &self.changed_at.map(|at| at.to_string()))?;
        fields.end()
    }
}

impl AsOf {
    pub(crate) fn from_columns(definition: i64, version: i64, changed_us: i64) -> Self {
        let changed_at = (version > 0).then(|| Timestamp::from_microsecond(changed_us).ok()).flatten();
        Self { definition, version, changed_at }
    }
}
