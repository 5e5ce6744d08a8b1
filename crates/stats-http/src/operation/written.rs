//! A body as data of the contract.

use workout_events::{Code as Rule, Contract, Decoder};

use crate::problem::{Code, Problem};

/// Reads a body as this type, with these fields from elsewhere: the path says whom it is about, and the body must not.
///
/// It is as strict as a reader of messages, and stricter with unknown fields: a person who types has made a mistake.
pub(crate) fn read_body<T: Contract>(body: &[u8], fields: &[(&str, String)]) -> Result<T, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Code::InvalidBody)?;
    let rest = text.trim_start().strip_prefix('{').ok_or(Code::InvalidBody)?;
    let is_empty = rest.trim_start().starts_with('}');
    // Into the text and not into a tree, which would forget that the body has a field twice.
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
    let text = format!("{{{}{}{rest}", fields.join(","), if is_empty { "" } else { "," });
    Decoder::new().deny_unknown_fields().decode_data(text.as_bytes()).map_err(|violations| {
        let is_json = !violations.iter().any(|violation| NOT_JSON.contains(&violation.code));
        if is_json { Problem::violations(violations.as_slice()) } else { Code::InvalidBody.into() }
    })
}

const NOT_JSON: [Rule; 4] = [Rule::InvalidJson, Rule::Truncated, Rule::TrailingBytes, Rule::TooDeep];
