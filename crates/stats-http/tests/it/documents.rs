//! The documents say what the service does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use stats_http::{Api, Code, openapi};
use stats_store::StatsStore;

use crate::support::Served;

const GUIDE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/http.md"));

#[test]
fn the_table_of_codes_is_that_of_the_code() {
    let rows = GUIDE.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 4);
    let documented: Vec<_> = rows.collect();
    let wanted: Vec<_> = Code::ALL
        .iter()
        .map(|code| format!("| `{}` | {} | {} |", code.as_str(), code.status().as_u16(), code.title()))
        .collect();
    assert_eq!(documented, wanted, "the table should be:\n{}\n", wanted.join("\n"));
}

#[test]
fn every_bad_input_of_the_table_has_a_test() {
    let (_, table) = GUIDE.split_once("## Bad input").unwrap();
    let mut tests = String::new();
    read_all(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it").as_ref(), &mut tests);
    let rows: Vec<_> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 30, "{rows:?}");
    for row in rows {
        let named: Vec<_> = row.rsplit(" | ").next().unwrap().split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{row}");
        for name in named {
            assert!(tests.contains(&format!("fn {name}(")), "there is no test {name}");
        }
    }
}

fn read_all(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, text);
        } else {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn names_of_codes_are_unique() {
    let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), Code::ALL.len());
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let document = openapi();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 50);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

/// What operators look at, and what there is to be looked at.
#[test]
fn the_grafana_dashboard_shows_figures_that_there_are() {
    const SHOWN: &str =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/grafana/workout-statistics.json"));
    const FIGURES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/observability.md"));
    let shown: Value = serde_json::from_str(SHOWN).unwrap();
    let panels = shown["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let mut names = BTreeSet::new();
    for target in targets {
        let words = target["expr"].as_str().unwrap().split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        names.extend(words.filter(|word| word.starts_with("stats_http_") || word.starts_with("workout_")));
    }
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        assert!(FIGURES.contains(&format!("| `{name}` |")), "{name}");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            references.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn the_documentation_needs_nothing_from_elsewhere() {
    let served = Served::new(Api::new(StatsStore::memory().reader()).router()).await;
    let page = served.get("/docs").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    let text = page.text();
    for foreign in ["http://", "https://", "<script", "style="] {
        assert!(!text.contains(foreign), "{foreign}");
    }
    assert!(text.contains("/v1/users/{user_id}/totals"));
    assert_eq!(served.get("/docs.css").await.header("content-type"), Some("text/css; charset=utf-8"));
    let document = served.get("/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    // What this service does not do is not documented: figures, goals of one id, and forgetting.
    assert_eq!(document["paths"].as_object().unwrap().len(), openapi()["paths"].as_object().unwrap().len() - 3);
}
