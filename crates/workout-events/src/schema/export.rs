//! The files of the contract.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::read::{Registry, TypeInfo};
use crate::schema::{asyncapi, golden, message_schema};

/// Every file of the contract, by its path below `schemas/`, in the form in which it is checked in.
#[must_use]
pub fn export(registry: &Registry) -> BTreeMap<String, Vec<u8>> {
    let mut files: BTreeMap<_, _> =
        registry.types().map(|info| (file_name(info), pretty(&message_schema(info)))).collect();
    files.insert("asyncapi.json".to_owned(), pretty(&asyncapi(registry)));
    files.extend(golden::files().map(|(name, content)| (format!("golden/{name}"), content.to_vec())));
    files
}

/// The name of the file that holds the JSON Schema of this type and version.
#[must_use]
pub fn file_name(info: &TypeInfo) -> String {
    format!("{}.v{}.schema.json", info.event_type, info.version)
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}
