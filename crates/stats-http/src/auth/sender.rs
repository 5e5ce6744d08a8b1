//! Whether a page of ours sends a request.

use axum::http::header;
use axum::http::request::Parts;
use axum::http::uri::Authority;

/// Who makes a browser send a request. A browser adds what it keeps for us, such as a cookie, whoever makes it do so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A page of ours, or the person in the address bar.
    Ours,
    /// A page of somebody else.
    Stranger,
    /// Nobody says, as programs do that are no browsers.
    Unknown,
}

impl Sender {
    /// As the browser says it.
    pub(crate) fn of(request: &Parts) -> Self {
        let mut said = request.headers.get_all("sec-fetch-site").iter();
        match (said.next(), said.next()) {
            (Some(site), None) if matches!(site.as_bytes(), b"same-origin" | b"none") => return Self::Ours,
            (Some(_), _) => return Self::Stranger,
            (None, _) => {}
        }
        let host = host(request);
        let mut origins = request.headers.get_all(header::ORIGIN).iter().peekable();
        if origins.peek().is_none() {
            return Self::Unknown;
        }
        let is_ours = origins.all(|origin| {
            let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
            let named = origin.map(|(_, named)| named);
            named.zip(host.as_ref()).is_some_and(|(named, host)| named.eq_ignore_ascii_case(host.as_str()))
        });
        if is_ours { Self::Ours } else { Self::Stranger }
    }
}

/// The host that the request names.
pub(super) fn host(request: &Parts) -> Option<Authority> {
    let named = request.headers.get(header::HOST).map(|host| host.to_str().ok()?.parse().ok());
    named.unwrap_or_else(|| request.uri.authority().cloned())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[track_caller]
    fn check(headers: &[(&str, &str)], want: Sender) {
        let request = Request::post("/").header(header::HOST, "stats.example:8443");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        assert_eq!(Sender::of(&parts), want, "{headers:?}");
    }

    #[test]
    fn a_browser_says_whose_page_it_is() {
        check(&[], Sender::Unknown);
        check(&[("sec-fetch-site", "same-origin")], Sender::Ours);
        check(&[("sec-fetch-site", "none")], Sender::Ours);
        for stranger in ["cross-site", "same-site", "", "x"] {
            check(&[("sec-fetch-site", stranger)], Sender::Stranger);
        }
        check(&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], Sender::Stranger);
    }

    #[test]
    fn an_older_browser_says_where_the_page_comes_from() {
        check(&[("origin", "https://stats.example:8443")], Sender::Ours);
        check(&[("origin", "https://STATS.example:8443")], Sender::Ours);
        for stranger in ["https://stats.example", "https://evil.example", "null", "", "stats.example:8443"] {
            check(&[("origin", stranger)], Sender::Stranger);
        }
        check(&[("origin", "https://stats.example:8443"), ("origin", "https://evil.example")], Sender::Stranger);
    }
}
