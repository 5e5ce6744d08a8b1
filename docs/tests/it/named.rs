//! What pages name is there: tests that show something, figures that are to be watched, files of the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::markdown::root;

/// Pages whose tables name tests.
const WITH_TESTS: [&str; 3] = ["http.md", "reliability.md", "store-faults.md"];

/// With what names of figures begin.
const FIGURES: [&str; 5] =
    ["workout_broker_", "workout_publisher_", "workout_outbox_", "workout_consumer_", "stats_http_"];

#[test]
fn every_test_that_a_page_names_is_there() {
    let mut files = String::new();
    sources(&root().join("tests/it"), &mut files);
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        sources(&entry.unwrap().path().join("tests"), &mut files);
    }
    let is_there = |name: &str| {
        // A module is a file or a folder; the last part may be a test, or the beginning of its name.
        name.split("::").all(|part| {
            files.contains(&format!("fn {part}"))
                || files.contains(&format!("/{part}.rs\n"))
                || files.contains(&format!("/{part}/"))
        })
    };
    assert!(!is_there("store::faults::no_such_test"), "this would find nothing");
    let mut seen = 0;
    for page in WITH_TESTS {
        for name in last_column(&page_text(page), ["tests", "test", "shown by"]).iter().flat_map(|cell| code(cell)) {
            if name.starts_with("cargo ") {
                continue;
            }
            assert!(is_there(name), "{page}: there is no test {name}");
            seen += 1;
        }
    }
    assert!(seen > 80, "{seen} tests cannot be all");
}

#[test]
fn every_figure_that_a_page_names_is_told_by_some_crate() {
    let told: BTreeSet<_> = code(&page_text("observability.md")).map(str::to_owned).collect();
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        for name in code(&fs::read_to_string(&path).unwrap()) {
            let name = name.split_once('{').map_or(name, |(name, _)| name);
            if FIGURES.iter().any(|prefix| name.starts_with(prefix)) {
                assert!(told.contains(name), "{}: nobody tells {name}", path.display());
            }
        }
    }
}

#[test]
fn every_file_that_a_page_names_is_there() {
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let files = ["tests/it/", "examples/", "crates/", "deploy/", "benches/"];
        for name in code(&text).filter(|name| files.iter().any(|folder| name.starts_with(folder))) {
            assert!(root().join(name).exists(), "{}: there is no {name}", path.display());
        }
    }
}

fn page_text(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// The last cells of tables whose last column has a heading that begins with one of these.
fn last_column(text: &str, headings: [&str; 3]) -> Vec<String> {
    let (mut cells, mut is_wanted, mut is_table) = (Vec::new(), false, false);
    for line in text.lines() {
        let Some((_, last)) = line.trim_end_matches([' ', '|']).rsplit_once("| ").filter(|_| line.starts_with('|'))
        else {
            is_table &= line.starts_with('|');
            continue;
        };
        if !is_table {
            is_wanted = headings.iter().any(|heading| last.starts_with(heading));
            is_table = true;
        }
        if is_wanted {
            cells.push(last.to_owned());
        }
    }
    cells
}

/// What stands between two backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The path and the text of each file, one after another.
fn sources(folder: &Path, into: &mut String) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.extend([path.to_str().unwrap(), "\n", &fs::read_to_string(&path).unwrap(), "\n"]);
        }
    }
}
