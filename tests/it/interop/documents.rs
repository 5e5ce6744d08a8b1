//! Foreign packages accept the documents that we export.

use std::fs;

use serde_json::{Value, json};
use tempfile::NamedTempFile;
use workout_events::{Registry, schema};

use super::clients;

#[test]
fn every_schema_passes_the_metaschema() {
    let folder = clients::exported();
    let checked = clients::python("check_schemas.py", [folder.path()]);
    assert_eq!(checked.lines().collect::<Vec<_>>(), file_names());
}

#[test]
fn ajv_compiles_every_schema_in_strict_mode() {
    let folder = clients::exported();
    let compiled = clients::node("compile_schemas.mjs", [folder.path()]);
    assert_eq!(compiled.lines().collect::<Vec<_>>(), file_names());
}

#[test]
fn the_asyncapi_parser_finds_nothing_to_remark() {
    let folder = clients::exported();
    let report = clients::node("parse_asyncapi.mjs", [folder.path().join("asyncapi.json")]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["diagnostics"], json!([]));
    let types: Vec<_> = Registry::workout().types().map(|info| info.event_type).collect();
    assert_eq!(report["messages"], json!(types));
}

#[test]
fn the_asyncapi_parser_would_remark_on_a_broken_document() {
    let mut document = schema::asyncapi(&Registry::workout());
    let message = &mut document["channels"]["workout.performed"]["messages"]["workout.performed"];
    *message = json!({ "$ref": "#/components/messages/nobody" });
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), document.to_string()).unwrap();
    let report: Value = serde_json::from_str(&clients::node("parse_asyncapi.mjs", [file.path()])).unwrap();
    assert_eq!(report["diagnostics"][0]["code"], "invalid-ref");
}

/// The parser leaves the examples of a document alone.
#[test]
fn the_examples_of_the_asyncapi_document_are_accepted() {
    let registry = Registry::workout();
    let document = schema::asyncapi(&registry);
    let examples = document["components"]["messages"].as_object().unwrap().values();
    let examples: Vec<_> = examples.flat_map(|message| message["examples"].as_array().unwrap()).collect();
    assert!(examples.len() >= registry.types().len());
    for example in examples {
        registry.read(example["payload"].to_string().as_bytes()).unwrap();
    }
}

fn file_names() -> Vec<String> {
    let mut names: Vec<_> = Registry::workout().types().map(schema::file_name).collect();
    names.sort_unstable();
    names
}
