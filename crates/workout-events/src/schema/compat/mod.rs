//! The compatibility gate: whether a released schema and the one that the code generates now are one version.
//!
//! Within a version only optional fields may be added. [`compare()`] refuses every other difference that breaks an *old
//! message*, which was valid and would be refused now, or an *old reader*, who validates with the released schema and
//! would refuse a new message. An old reader is taken to drop the fields that it does not know, so that a new optional
//! field breaks nobody, not even within a closed object.
//!
//! Each [`Break`] names a stable [`Rule`], points into a message and, where one can be proved, carries a message that
//! one of the two schemas accepts and the other refuses.
//!
//! ```
//! use serde_json::json;
//! use workout_events::schema::compat::{Rule, compare};
//!
//! let released = json!({"type": "object", "properties": {"reps": {"type": "integer", "maximum": 1000}}});
//! let current = json!({"type": "object", "properties": {"reps": {"type": "integer", "maximum": 500}}});
//! let breaks = compare(&released, &current);
//! assert_eq!(breaks[0].rule, Rule::NarrowedBound);
//! assert_eq!(breaks[0].pointer, "/reps");
//! assert_eq!(breaks[0].example, Some(json!({"reps": 1000})));
//! assert!(compare(&released, &released).is_empty());
//! ```
//!
//! # What is compared
//!
//! The dialect is JSON Schema 2020-12 as this crate generates it. References within the document are followed, so that
//! renaming a definition changes nothing. Annotations (`title`, `description`, `$id`, `$schema`, `$comment`,
//! `examples`, `default`, `deprecated`, `x-*`) are ignored. Every other keyword counts: `type`, `const`, `enum`,
//! `pattern`, `format`, bounds, `properties`, `required`, `items` and `additionalProperties` by rules of their own, all
//! others as wholes. A keyword that the gate does not know and that differs is a break, so the gate errs towards
//! refusing: an equivalent rewriting, such as a pattern in other words, or an `anyOf` whose alternative gained an
//! optional field, is refused as well.
//!
//! # Examples are proofs
//!
//! An example is only given when both schemas are known to judge it differently. Of patterns, only those that exclude
//! characters (`^[^\u0000-\u001f]*$`) and the one that finds a line break at the end (`\n$`) are understood. A string is
//! taken to match any other if the released schema lists it in the `examples` beside it, or, without any `examples`, if
//! it is the usual sample of the `format` beside it. A required string with such a pattern and with neither of them
//! leaves the break without an example.

mod broken;
mod compare;
mod rule;

mod array;
mod bounds;
mod constraint;
mod differ;
mod object;
mod scalar;
mod types;

mod canonical;
mod document;
mod number;

mod accept;
mod example;
mod generate;
mod samples;
mod trust;

#[cfg(test)]
mod tests;

pub use broken::Break;
pub use compare::{compare, compare_sets};
pub use rule::Rule;
