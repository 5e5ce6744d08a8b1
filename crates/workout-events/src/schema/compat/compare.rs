use std::collections::BTreeMap;

use serde_json::Value;

use super::accept::Judge;
use super::differ::Differ;
use super::document::Document;
use super::generate::minimal;
use super::trust::Trust;
use super::{Break, Rule};

/// Every difference between two schemas of one event type and version that breaks an old message or an old reader.
///
/// `released` is the frozen schema and `current` the one that the code generates now. An empty answer says that at most
/// optional fields were added and annotations changed. The order is the same on every run, with fields by name.
#[must_use]
pub fn compare(released: &Value, current: &Value) -> Vec<Break> {
    Differ::new(released, current).run()
}

/// The breaks of a whole folder of schemas, by file name; a file without breaks is not listed.
///
/// A file that is only in `current` is new and breaks nobody.
#[must_use]
pub fn compare_sets(
    released: &BTreeMap<String, Value>,
    current: &BTreeMap<String, Value>,
) -> BTreeMap<String, Vec<Break>> {
    let compared = released.iter().map(|(name, schema)| {
        let breaks = current.get(name).map_or_else(|| vec![removed(schema)], |current| compare(schema, current));
        (name.clone(), breaks)
    });
    compared.filter(|(_, breaks)| !breaks.is_empty()).collect()
}

fn removed(schema: &Value) -> Break {
    let document = Document { root: schema };
    let trust = Trust::of(document);
    Break {
        rule: Rule::RemovedSchema,
        pointer: String::new(),
        message: "The released schema has no counterpart any more, so old messages of this type are refused.".into(),
        example: minimal(Judge::new(document, &trust), schema),
    }
}
