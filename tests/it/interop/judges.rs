//! Who judges a message by the schema alone.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::thread;

use serde_json::Value;
use tempfile::NamedTempFile;
use workout_events::Registry;
use workout_events::schema::SchemaValidator;

use super::clients;

/// A judge with its verdict on each message: `None` where the schema accepts it, else the reason why not.
#[derive(Debug)]
pub(super) struct Judge {
    pub(super) name: &'static str,
    pub(super) refusals: Vec<Option<String>>,
}

/// The verdicts of everybody.
///
/// The foreign judges come twice: 2020-12 makes `format` an annotation, and many services assert it all the same.
pub(super) fn judge(messages: &[Vec<u8>]) -> Vec<Judge> {
    let schemas = clients::exported();
    let file = NamedTempFile::new().unwrap();
    let lines: Vec<_> = messages.iter().flat_map(|message| message.iter().copied().chain([b'\n'])).collect();
    fs::write(file.path(), lines).unwrap();

    let arguments =
        |formats: &'static str| -> [&OsStr; 3] { [schemas.path().as_ref(), file.path().as_ref(), formats.as_ref()] };
    thread::scope(|scope| {
        let python = scope.spawn(|| FORMATS.map(|formats| clients::python("judge.py", arguments(formats))));
        let node = FORMATS.map(|formats| clients::node("judge.mjs", arguments(formats)));
        let rust = Judge { name: "Rust jsonschema", refusals: rust(messages) };
        let python = python.join().unwrap();
        let [python, python_formats] = python.map(|printed| refusals(&printed));
        let [node, node_formats] = node.map(|printed| refusals(&printed));
        vec![
            Judge { name: "Python jsonschema", refusals: python },
            Judge { name: "Python jsonschema with formats", refusals: python_formats },
            Judge { name: "ajv", refusals: node },
            Judge { name: "ajv with formats", refusals: node_formats },
            rust,
        ]
    })
}

/// What the scripts are told to do with `format`.
const FORMATS: [&str; 2] = ["annotations", "formats"];

fn refusals(printed: &str) -> Vec<Option<String>> {
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn rust(messages: &[Vec<u8>]) -> Vec<Option<String>> {
    let registry = Registry::workout();
    let validators: BTreeMap<_, _> = registry
        .types()
        .map(|info| ((info.event_type, u64::from(info.version)), SchemaValidator::new(info).unwrap()))
        .collect();
    let verdict = |message: &Vec<u8>| {
        let message: Value = match serde_json::from_slice(message) {
            Ok(message) => message,
            Err(error) => return Some(error.to_string()),
        };
        let key = message["type"].as_str().zip(message["dataversion"].as_u64());
        match key.and_then(|key| validators.get(&key)) {
            None => Some("unknown type or version".to_owned()),
            Some(validator) if validator.accepts(&message) => None,
            Some(_) => Some("the schema refuses it".to_owned()),
        }
    };
    messages.iter().map(verdict).collect()
}
