//! Under which names a service is asked.
//!
//! A page somewhere can make the browser of somebody on this machine ask for it, also by a name of its own that suddenly means
//! this machine. Such a request has the name of a stranger in `Host` or in `Origin`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use super::{Problem, Setting, Settings};

/// Other names than those of this machine. For [`guard`].
pub const HOSTS: Setting =
    Setting::new("hosts", "NAMES", "Under which names it answers besides localhost, with commas between them");

/// The same routes, for requests that name this machine or one of [`HOSTS`], and come from no page of another origin.
pub fn guard(routes: Router, settings: &Settings) -> Router {
    let names = settings.text(HOSTS.name).unwrap_or_default();
    let names: Arc<[String]> =
        names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    routes.layer(from_fn_with_state(names, admit))
}

async fn admit(State(names): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    if is_ours(request.headers(), request.uri().authority(), &names) {
        return next.run(request).await;
    }
    let title =
        "The request names another host, or a page of another origin has made it; the setting `hosts` has more names.";
    Problem::new(StatusCode::FORBIDDEN, "foreign_origin", title).into_response()
}

fn is_ours(headers: &HeaderMap, target: Option<&Authority>, names: &[String]) -> bool {
    let said = headers.get(HOST).map(|host| host.to_str().ok()?.parse().ok());
    let Some(host) = said.unwrap_or_else(|| target.cloned()) else { return false };
    let name = host.host();
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let is_local = name.eq_ignore_ascii_case("localhost")
        || address.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback());
    let is_own_page = headers.get_all(ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        origin.is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host.as_str()))
    });
    (is_local || names.iter().any(|ours| ours.eq_ignore_ascii_case(name))) && is_own_page
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_request_names_us_and_comes_from_no_foreign_page() {
        #[track_caller]
        fn check(host: &'static str, origin: Option<&'static str>, want: bool) {
            let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
            headers.extend(origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin))));
            assert_eq!(is_ours(&headers, None, &["coach".to_owned()]), want, "{host} {origin:?}");
        }
        for ours in ["localhost", "LOCALHOST:8081", "127.0.0.1:8081", "[::1]:8081", "coach:8080", "Coach"] {
            check(ours, None, true);
            check(ours, Some("https://evil.example"), false);
            check(ours, Some("null"), false);
        }
        for foreign in ["evil.example", "evil.example:8081", "127.0.0.1.evil.example", "192.0.2.1", "", "a b"] {
            check(foreign, None, false);
        }
        check("127.0.0.1:8081", Some("http://127.0.0.1:8081"), true);
        check("127.0.0.1:8081", Some("http://127.0.0.1:8080"), false);
        assert!(!is_ours(&HeaderMap::new(), None, &[]));
    }
}
