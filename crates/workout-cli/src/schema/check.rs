//! The compatibility gate, on the command line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use workout_events::schema::{self, compat, golden};
use workout_events::{Registry, TypeInfo};

use crate::failure::Failure;
use crate::output::Output;

pub(super) fn run(against: &Path, as_json: bool) -> Result<ExitCode, Failure> {
    let registry = Registry::workout();
    let released = released(against)?;
    let current = registry.types().map(|info: &TypeInfo| (schema::file_name(info), schema::message_schema(info)));
    let breaks = compat::compare_sets(&released, &current.collect());

    let corpus = against.join("golden");
    let read = |name: &str| {
        let path = corpus.join(name);
        fs::read(&path).map_err(|cause| Failure::at(&path, cause))
    };
    let regressions = golden::regressions(
        &registry,
        &read("accepted.jsonl")?,
        &read("refused.jsonl")?,
        &read("refused.verdicts.jsonl")?,
    );

    let mut output = Output::new();
    for (file, breaks) in &breaks {
        for one in breaks {
            if as_json {
                output.json(&json!({
                    "file": file,
                    "rule": one.rule.as_str(),
                    "pointer": one.pointer,
                    "message": one.message,
                    "example": one.example,
                }))?;
            } else {
                output.line(format_args!("{file}: {one}"))?;
                if let Some(example) = &one.example {
                    output.line(format_args!("    would break: {}", shortened(&example.to_string())))?;
                }
            }
        }
    }
    for regression in &regressions {
        if as_json {
            output.json(&json!({ "file": "golden", "rule": "golden_corpus", "message": regression }))?;
        } else {
            output.line(format_args!("golden: {regression}"))?;
        }
    }
    let count = breaks.values().map(Vec::len).sum::<usize>() + regressions.len();
    output.finish()?;
    if count == 0 {
        eprintln!("compatible with the {} schemas in {}", released.len(), against.display());
        Ok(ExitCode::SUCCESS)
    } else {
        eprintln!("{count} incompatible changes: make a new version of the type, or take the change back");
        Ok(ExitCode::FAILURE)
    }
}

/// The beginning of an example: one that breaks a large bound is large itself, and `--json` has all of it.
fn shortened(example: &str) -> String {
    const SHOWN: usize = 400;
    match example.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}... ({} characters)", &example[..at], example.chars().count()),
        None => example.to_owned(),
    }
}

/// The schemas of the earlier release, by file name.
fn released(folder: &Path) -> Result<BTreeMap<String, Value>, Failure> {
    let mut schemas = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(|cause| Failure::at(folder, cause))? {
        let path = entry.map_err(|cause| Failure::at(folder, cause))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(".schema.json"))
        else {
            continue;
        };
        let content = fs::read(&path).map_err(|cause| Failure::at(&path, cause))?;
        let schema = serde_json::from_slice(&content)
            .map_err(|error| Failure::new(format!("{} is not JSON: {error}", path.display())))?;
        schemas.insert(name.to_owned(), schema);
    }
    if schemas.is_empty() {
        return Err(Failure::new(format!("{} holds no *.schema.json of an earlier release", folder.display())));
    }
    Ok(schemas)
}
