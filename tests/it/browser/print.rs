//! On paper.

use super::session::Session;
use super::site::{Site, ada};

#[test]
fn the_first_page_prints_on_few_sheets_and_without_what_cannot_be_pressed() {
    let site = Site::open(5);
    let session = Session::open(794, 1123);
    // Somebody who reads in the dark does not print in the dark.
    session.prefer("dark");
    session.goto(&site.of(ada(), ""));
    let paper = session.pdf();
    assert!(paper.starts_with(b"%PDF"));
    let sheets = paper.windows(12).filter(|text| text.starts_with(b"/Type /Page") && text[11] != b's').count();
    assert!((1..=5).contains(&sheets), "{sheets}");
    session.print();
    let hidden = "return [...document.querySelectorAll('.top nav, .settings, .choices, .why, .readout')]
        .every((one) => getComputedStyle(one).display === 'none')";
    assert_eq!(session.run(hidden), true);
    assert_eq!(session.run("return getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    session.keep("print-overview");
    session.goto(&site.of(ada(), &site.lifted()));
    session.print();
    session.keep("print-workout");
}
