//! A plan, for people and for programs.

use std::io;

use serde_json::json;
use workout_broker::topology::{Found, Part, Step};

use crate::output::Output;

pub(super) fn state(found: &Found) -> &'static str {
    match found {
        Found::Missing => "missing",
        Found::Same => "there",
        Found::Differs(_) => "differs",
        _ => "unseen",
    }
}

pub(super) fn print<'s>(
    output: &mut Output,
    steps: impl Iterator<Item = &'s Step>,
    state: fn(&Found) -> &'static str,
    as_json: bool,
) -> io::Result<()> {
    let mut unseen = false;
    for (nth, Step { part, found, .. }) in steps.enumerate() {
        let state = state(found);
        if as_json {
            let reason = reason(found);
            output.json(&json!({ "state": state, "kind": kind(part), "part": part.to_string(), "reason": reason }))?;
            continue;
        }
        if nth == 0 {
            output.line("STATE    PART")?;
        }
        unseen |= matches!(found, Found::Unseen(_));
        // A reason that all parts of a kind have is told once, at the end.
        match found {
            Found::Differs(reason) => output.line(format_args!("{state:7}  {part}: {reason}"))?,
            _ => output.line(format_args!("{state:7}  {part}"))?,
        }
    }
    if unseen {
        output.line("\nunseen: AMQP has no question for it, or not for this user. Applying it again does no harm.")?;
    }
    Ok(())
}

fn reason(found: &Found) -> Option<&str> {
    match found {
        Found::Differs(reason) => Some(reason),
        Found::Unseen(reason) => Some(reason),
        _ => None,
    }
}

fn kind(part: &Part) -> &'static str {
    match part {
        Part::Exchange { .. } => "exchange",
        Part::Queue(_) => "queue",
        Part::ExchangeBinding { .. } | Part::Binding { .. } => "binding",
        Part::Alternate { .. } => "policy",
        _ => "other",
    }
}
