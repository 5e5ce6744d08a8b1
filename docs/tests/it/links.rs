//! Every link to a file of the repository leads to one, and every link to a heading leads to that.

use crate::markdown::{Page, pages};

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    assert!(pages.len() > 20, "{} pages cannot be all", pages.len());
    let dead: Vec<_> =
        pages.iter().flat_map(|page| page.targets().into_iter().filter_map(|link| dead(page, link))).collect();
    assert!(dead.is_empty(), "\n{}", dead.join("\n"));
}

/// What is wrong with a link, if anything.
fn dead(page: &Page, link: &str) -> Option<String> {
    let (path, anchor) = page.resolve(link)?;
    let at = page.path.display();
    if !path.exists() {
        return Some(format!("{at}: there is no {link}"));
    }
    let anchor = anchor.filter(|_| path.extension().is_some_and(|extension| extension == "md"))?;
    let anchors = Page::read(&path).anchors();
    (!anchors.contains(anchor)).then(|| format!("{at}: {link} is no heading of {anchors:?}"))
}
