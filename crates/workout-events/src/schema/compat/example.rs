//! A whole message that proves a break.

use serde_json::Value;

use super::accept::Judge;
use super::differ::{Frame, Step};
use super::generate;

/// The first value at the end of `frames` that exactly one side accepts, within a message for which the same holds. A
/// message that was valid and is refused comes before one that is valid now and that an old reader refuses.
pub(super) fn find<'a>(
    released: Judge<'a, '_>,
    current: Judge<'a, '_>,
    frames: &[Frame<'a>],
    values: &[Value],
) -> Option<Value> {
    let (here, steps) = (frames.last()?, frames.get(1..)?);
    let old = ((released, here.released), (current, here.current));
    [old, (old.1, old.0)].into_iter().find_map(|((accepting, accepts), (refusing, refuses))| {
        let proves = |value: &&Value| {
            refusing.accepts(refuses, value) == Some(false) && accepting.accepts(accepts, value) == Some(true)
        };
        let mut messages =
            values.iter().filter(proves).filter_map(|value| message(accepting, accepting.document.root, steps, value));
        messages.find(|message| refusing.accepts(refusing.document.root, message) == Some(false))
    })
}

/// The smallest instance with the value at the end of the steps.
fn message<'a>(judge: Judge<'a, '_>, schema: &'a Value, steps: &[Frame<'a>], value: &Value) -> Option<Value> {
    let node = judge.document.node(schema);
    let candidates = match steps.split_first() {
        None => vec![value.clone()],
        Some((Frame { step: Step::Field(name), .. }, rest)) => {
            let field = message(judge, node.field(name)?, rest, value)?;
            generate::objects(judge, &node, &[(name, field)])
        }
        Some((Frame { step: Step::Item | Step::Root, .. }, rest)) => {
            let item = message(judge, node.get("items")?, rest, value)?;
            generate::array(judge, &node, &[item], generate::least(&node, "minItems")).into_iter().collect()
        }
    };
    candidates.into_iter().find(|candidate| judge.accepts(schema, candidate) == Some(true))
}
