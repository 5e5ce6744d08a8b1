//! Every page of the guide is in its contents, and is compiled.

use std::collections::BTreeSet;
use std::fs;

use crate::markdown::{Page, root};

/// What pages are compiled, as a text.
const COMPILED: &str = include_str!("../../lib.rs");

fn names() -> BTreeSet<String> {
    let files = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    files
        .map(|name| name.into_string().unwrap())
        .filter(|name| name.strip_suffix(".md").is_some_and(|stem| stem != "README"))
        .collect()
}

#[test]
fn every_page_is_in_the_contents() {
    let contents = Page::read(&root().join("docs/README.md"));
    let named = contents.targets();
    let missing: Vec<_> = names().into_iter().filter(|name| !named.contains(&**name)).collect();
    assert!(missing.is_empty(), "add a line to docs/README.md for {missing:?}");
}

#[test]
fn the_snippets_of_every_page_are_run() {
    let missing: Vec<_> = names().into_iter().filter(|name| !COMPILED.contains(&format!("\"{name}\""))).collect();
    assert!(missing.is_empty(), "add {missing:?} to docs/lib.rs");
}

#[test]
fn every_fence_says_what_is_in_it() {
    // What says nothing is taken for Rust by some, and for a text by others.
    for name in names() {
        let text = fs::read_to_string(root().join("docs").join(&name)).unwrap();
        let opening = text.lines().filter(|line| line.trim_start().starts_with("```")).step_by(2);
        assert!(opening.into_iter().all(|line| line.trim() != "```"), "{name}: write ```text");
    }
}
