//! Bounds of numbers, and of the sizes of strings, arrays and objects.

use std::cmp::Ordering;

use serde_json::Value;

use super::differ::{Differ, Pair};
use super::document::Node;
use super::number::{order, same};
use super::{Rule, constraint, samples};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Lower,
    Upper,
}

/// A bound and the keywords that express it.
#[derive(Debug)]
struct Bound {
    side: Side,
    inclusive: &'static str,
    exclusive: Option<&'static str>,
}

const BOUNDS: [Bound; 8] = [
    Bound { side: Side::Lower, inclusive: "minimum", exclusive: Some("exclusiveMinimum") },
    Bound { side: Side::Upper, inclusive: "maximum", exclusive: Some("exclusiveMaximum") },
    size(Side::Lower, "minLength"),
    size(Side::Upper, "maxLength"),
    size(Side::Lower, "minItems"),
    size(Side::Upper, "maxItems"),
    size(Side::Lower, "minProperties"),
    size(Side::Upper, "maxProperties"),
];

const fn size(side: Side, inclusive: &'static str) -> Bound {
    Bound { side, inclusive, exclusive: None }
}

/// The value at which a bound stands.
#[derive(Debug, Clone, Copy)]
struct Limit<'a> {
    value: &'a Value,
    exclusive: bool,
}

pub(super) fn compare<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>) {
    for bound in &BOUNDS {
        let keywords = [Some(bound.inclusive), bound.exclusive];
        let keywords = || keywords.into_iter().flatten();
        if keywords().flat_map(|keyword| pair.get(keyword)).flatten().any(|value| !value.is_number()) {
            keywords().for_each(|keyword| constraint::compare_whole(differ, pair, keyword));
            continue;
        }
        let limits = [bound.limit(&pair.released), bound.limit(&pair.current)];
        let rule = match bound.tightness(limits) {
            Ordering::Greater => Rule::NarrowedBound,
            Ordering::Less => Rule::WidenedBound,
            Ordering::Equal => continue,
        };
        let [was, is] = limits.map(|limit| bound.describe(limit));
        let consequence = if rule == Rule::NarrowedBound {
            "old messages may lie outside it"
        } else {
            "an old reader refuses what lies outside the old one"
        };
        let values: Vec<&Value> = limits.iter().flatten().map(|limit| limit.value).collect();
        let values = samples::around(differ, pair, bound.inclusive, &values);
        differ.report(rule, None, format!("The bound {was} became {is}, and {consequence}."), &values);
    }
}

impl Bound {
    /// The tighter one of the inclusive and the exclusive limit.
    fn limit<'a>(&self, node: &Node<'a>) -> Option<Limit<'a>> {
        let inclusive = node.get(self.inclusive).map(|value| Limit { value, exclusive: false });
        let exclusive =
            self.exclusive.and_then(|keyword| node.get(keyword)).map(|value| Limit { value, exclusive: true });
        let limit = if self.tightness([inclusive, exclusive]).is_gt() { exclusive } else { inclusive };
        // No size is below zero, so that a least size of zero says nothing.
        limit.filter(|limit| {
            self.inclusive == "minimum" || self.side == Side::Upper || !same(limit.value, &Value::from(0))
        })
    }

    /// How tight the second limit is, compared with the first.
    fn tightness(&self, limits: [Option<Limit<'_>>; 2]) -> Ordering {
        match limits {
            [Some(first), Some(second)] => {
                let ascending = order(second.value, first.value).unwrap_or(Ordering::Equal);
                let inward = if self.side == Side::Lower { ascending } else { ascending.reverse() };
                inward.then(second.exclusive.cmp(&first.exclusive))
            }
            [first, second] => second.is_some().cmp(&first.is_some()),
        }
    }

    fn describe(&self, limit: Option<Limit<'_>>) -> String {
        match (limit, self.exclusive) {
            (None, _) => format!("no `{}`", self.inclusive),
            (Some(Limit { value, exclusive: true }), Some(keyword)) => format!("`{keyword}` {value}"),
            (Some(Limit { value, .. }), _) => format!("`{}` {value}", self.inclusive),
        }
    }
}
