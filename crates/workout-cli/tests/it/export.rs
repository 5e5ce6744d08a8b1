//! `workout schema export`

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::command::{repository, workout};

#[test]
fn the_checked_in_schemas_are_what_is_exported() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("new/folder");
    let run = workout(["schema", "export", "--out", out.to_str().unwrap()]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));

    let (exported, mut checked_in) = (files(&out), files(&repository("schemas")));
    // That of the HTTP API is made by its own crate.
    assert!(checked_in.remove("openapi.json").is_some());
    assert_eq!(exported.keys().collect::<Vec<_>>(), checked_in.keys().collect::<Vec<_>>());
    for (name, content) in &exported {
        assert!(checked_in[name] == *content, "{name} differs: run `workout schema export --out schemas`");
    }
}

#[test]
fn the_asyncapi_document_can_be_had_alone() {
    let run = workout(["asyncapi"]);
    assert_eq!(run.code, Some(0));
    assert_eq!(run.stdout, fs::read_to_string(repository("schemas/asyncapi.json")).unwrap());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let run = workout(["schema".as_ref(), "export".as_ref(), "--out".as_ref(), file.path().as_os_str()]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains(file.path().to_str().unwrap()), "{run:?}");
    assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
}

/// All files below a folder, by their path in it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(inner, content)| (format!("{name}/{inner}"), content)));
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}
