//! Files in and out.

use std::fs;

use super::session::Session;
use super::site::{Site, joan};

/// As Hevy writes it.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/workout-import/tests/it/samples/hevy_kg.csv");

#[test]
fn a_file_is_looked_into_and_imported_and_comes_out_again() {
    let site = Site::open(1);
    let session = Session::open(390, 844);
    session.goto(&site.of(joan(), ""));
    session.click("a.button[href$='/transfer']");
    session.wait("the page", "return document.querySelector('input[type=file]') !== null");
    session.fill("input[type=file]", fs::canonicalize(FILE).unwrap().to_str().unwrap());
    session.click("form.fields button.primary");
    session.wait("what would be", "return document.querySelector('h1').textContent.endsWith('to import')");
    let created = session.text("[data-count=Created]");
    assert!(created.parse::<u32>().unwrap() > 1, "{created}");
    for (width, theme) in [(390, "light"), (1440, "dark")] {
        session.resize(width, 900);
        session.prefer(theme);
        assert_eq!(session.violations(), Vec::<String>::new());
        session.keep(&format!("import-{width}-{theme}"));
    }
    session.click("form.fields button.primary");
    session.wait("it is done", "return document.querySelector('h1').textContent.endsWith('imported')");
    session.goto(&site.of(joan(), "/workouts"));
    assert_eq!(session.run("return document.querySelectorAll('.workouts li').length").to_string(), created);

    // What the button leads to, as the page itself gets it.
    session.goto(&site.of(joan(), "/transfer"));
    session.run(
        "fetch(document.querySelector('a[href$=\"format=csv\"]').href)
            .then((file) => file.text()).then((text) => { window.lines = text.trim().split('\\r\\n').length; });",
    );
    session.wait("a line for each workout", &format!("return window.lines === {created} + 1"));
    assert!(session.console().is_empty());
}

#[test]
fn a_file_that_is_none_says_so_beside_its_field() {
    let site = Site::open(1);
    let session = Session::open(1440, 900);
    session.goto(&site.of(joan(), "/transfer"));
    session.fill("input[type=file]", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
    session.click("form.fields button.primary");
    session.wait("refused", "return document.querySelector('#file-wrong') !== null");
    assert!(session.text("#file-wrong").contains("neither an export of Hevy nor one of Strong"));
    assert_eq!(session.violations(), Vec::<String>::new());
}
