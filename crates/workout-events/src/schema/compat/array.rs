//! The items of an array.

use super::differ::{Differ, Pair, Step};
use super::document::accepts_anything;
use super::{Rule, samples};

pub(super) fn compare<'a>(differ: &mut Differ<'a>, pair: &Pair<'a>) {
    let message = match pair.get("items").map(|items| items.filter(|items| !accepts_anything(items))) {
        [Some(released), Some(current)] => return differ.visit(Step::Item, released, current),
        [None, None] => return,
        [Some(_), None] => "The items have no schema any more, and an old reader still enforces it.",
        [None, Some(_)] => "The items have a schema now, and old messages were not held to it.",
    };
    let values = samples::of_both(differ, pair);
    differ.report(Rule::ChangedItems, None, message.to_owned(), &values);
}
