//! Every page, as it is.

use super::session::Session;
use super::site::Site;

#[test]
fn no_page_complains_and_none_asks_another_machine() {
    let site = Site::open(5);
    let session = Session::open(1440, 900);
    // The page of a new tab is the browser's own.
    session.goto("about:blank");
    drop((session.console(), session.requests()));
    for (name, url) in site.pages() {
        session.goto(&url);
        let console: Vec<_> =
            session.console().into_iter().filter(|line| name != "nowhere" || !line.contains("404")).collect();
        assert!(console.is_empty(), "{name}: {console:?}");
        let requests = session.requests();
        assert!(requests.iter().any(|request| request.starts_with(&site.url)), "{name}: nothing was asked for");
        // The icons of Chromium's own fields are asked of nobody.
        let leaves = |request: &&String| !request.starts_with(&site.url) && !request.starts_with("data:");
        let elsewhere: Vec<_> = requests.iter().filter(leaves).collect();
        assert!(elsewhere.is_empty(), "{name}: {elsewhere:?}");
    }
}

#[test]
fn pages_fit_a_phone_and_a_desk_and_have_their_picture_taken() {
    let site = Site::open(5);
    let session = Session::open(390, 844);
    for (width, theme) in [(390, "light"), (390, "dark"), (1440, "light"), (1440, "dark")] {
        session.resize(width, 900);
        session.prefer(theme);
        for (name, url) in site.pages() {
            session.goto(&url);
            let wide = session.run("return document.documentElement.scrollWidth").as_u64().unwrap();
            assert!(wide <= u64::from(width), "{name} is {wide} pixels wide on {width}");
            session.keep(&format!("{name}-{width}-{theme}"));
        }
    }
}
