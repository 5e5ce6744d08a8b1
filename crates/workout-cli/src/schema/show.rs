//! What the contract says.

use std::process::ExitCode;

use serde_json::json;
use workout_events::shape::{Lines, Object, Shape};
use workout_events::{Code, Registry, TypeInfo, schema};

use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn asyncapi() -> Result<ExitCode, Failure> {
    let mut output = Output::new();
    output.line(format_args!("{:#}", schema::asyncapi(&Registry::workout())))?;
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn list(as_json: bool) -> Result<ExitCode, Failure> {
    let registry = Registry::workout();
    let mut output = Output::new();
    let width = registry.types().map(|info| info.event_type.len()).max().unwrap_or_default();
    if !as_json {
        output.line(format_args!("{:width$}  VERSION  {:17}  MEANING", "TYPE", "EXCHANGE"))?;
    }
    for info in registry.types() {
        let (TypeInfo { event_type, version, exchange, .. }, meaning) = (info, info.meaning());
        if as_json {
            output
                .json(&json!({ "type": event_type, "version": version, "exchange": exchange, "meaning": meaning }))?;
        } else {
            output.line(format_args!("{event_type:width$}  {version:<7}  {exchange:17}  {meaning}"))?;
        }
    }
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn show(event_type: &str, fields: bool) -> Result<ExitCode, Failure> {
    let registry = Registry::workout();
    let Some(info) = registry.get(event_type) else {
        let near = registry.types().map(|info| info.event_type).min_by_key(|name| distance(name, event_type));
        let near = near.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        return Err(Failure::new(format!("there is no type {event_type:?}{near}")));
    };
    let mut output = Output::new();
    if fields {
        if let Some(object) = info.data() {
            print_fields(&mut output, "", object)?;
        }
    } else {
        output.line(format_args!("{:#}", schema::message_schema(info)))?;
    }
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn codes(as_json: bool) -> Result<ExitCode, Failure> {
    let mut output = Output::new();
    let width = Code::ALL.iter().map(|code| code.as_str().len()).max().unwrap_or_default();
    for code in Code::ALL {
        let by_schema = !schema::BEYOND_JSON_SCHEMA.contains(code);
        if as_json {
            output.json(&json!({ "code": code, "meaning": code.describe(), "in_json_schema": by_schema }))?;
        } else {
            let mark = if by_schema { ' ' } else { '*' };
            output.line(format_args!("{:width$} {mark} {}", code.as_str(), code.describe()))?;
        }
    }
    if !as_json {
        output.line("\n* JSON Schema cannot express the rule: a schema may accept what the reader refuses.")?;
    }
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

fn print_fields(output: &mut Output, prefix: &str, object: &'static Object) -> Result<(), Failure> {
    for field in object.fields {
        let name = format!("{prefix}{}", field.name);
        let required = if field.required { "required" } else { "optional" };
        output.line(format_args!("{name:32}  {required}  {:28}  {}", describe(field.shape), field.doc))?;
        match field.shape {
            Shape::Object(inner) => print_fields(output, &format!("{name}."), inner)?,
            Shape::List { of: Shape::Object(inner), .. } => print_fields(output, &format!("{name}[]."), inner)?,
            _ => {}
        }
    }
    if !object.any_of.is_empty() {
        output.line(format_args!("{prefix:32}  at least one of: {}", object.any_of.join(", ")))?;
    }
    for rule in object.rules {
        output.line(format_args!("{prefix:32}  rule: {rule}"))?;
    }
    Ok(())
}

fn describe(shape: &Shape) -> String {
    match shape {
        Shape::Boolean => "true or false".to_owned(),
        Shape::Integer { min, max } => format!("integer {min}..{max}"),
        Shape::Text { min, max, lines: Lines::Single } => format!("text, {min}..{max} characters"),
        Shape::Text { min, max, lines: Lines::Several } => format!("text, {min}..{max}, with lines"),
        Shape::Formatted(format) => format.name.to_owned(),
        Shape::Choice(choices) if choices.len() <= 4 => choices.join(" | "),
        Shape::Choice(choices) => format!("one of {} choices", choices.len()),
        Shape::List { min, max, of } => format!("list of {min}..{max} {}", describe(of)),
        Shape::Object(object) => object.name.to_owned(),
        _ => "anything".to_owned(),
    }
}

/// The number of edits that turn one name into another.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
