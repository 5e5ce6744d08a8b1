//! Keywords that the gate does not reason about: they are equal, or the change is refused.

use super::canonical;
use super::differ::{Differ, Pair};
use super::{Rule, samples};

/// The keywords that have rules of their own.
const COMPARED: [&str; 18] = [
    "type",
    "const",
    "enum",
    "pattern",
    "format",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "properties",
    "required",
    "items",
];

/// Compares all keywords that have no rule of their own, known to JSON Schema or not.
pub(super) fn compare_others<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>) {
    let mut names: Vec<_> = pair.released.keywords.keys().chain(pair.current.keywords.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().filter(|name| !is_compared(name)) {
        compare_whole(differ, pair, name);
    }
}

/// Compares the values of one keyword as wholes.
pub(super) fn compare_whole<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>, name: &str) {
    let [released, current] = pair.get(name);
    let released = released.map(|value| canonical::keyword(differ.released, name, value));
    let current = current.map(|value| canonical::keyword(differ.current, name, value));
    let (rule, message) = match (released, current) {
        (Some(released), Some(current)) if released != current => {
            (Rule::AddedConstraint, format!("The constraint `{name}` differs, and what this excludes is not known."))
        }
        (None, Some(_)) => {
            (Rule::AddedConstraint, format!("The constraint `{name}` is new, and old messages were not held to it."))
        }
        (Some(_), None) => {
            (Rule::RemovedConstraint, format!("The constraint `{name}` is gone, and an old reader still enforces it."))
        }
        _ => return,
    };
    let values = samples::of_both(differ, pair);
    differ.report(rule, None, message, &values);
}

/// Whether a keyword has rules of its own, so that it needs no comparison as a whole.
pub(super) fn is_compared(name: &str) -> bool {
    name == "additionalProperties" || COMPARED.contains(&name)
}
