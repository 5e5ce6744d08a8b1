//! The cookie that carries a token.

use std::time::SystemTime;

use axum::http::header;
use axum::http::request::Parts;

use crate::auth::is_at_home;

/// Browsers take the first one from a page over TLS only, and of this very host: no neighbour under the same domain can set it.
/// On this machine itself there is no TLS, and the second one is enough: where a request comes from this machine, to a name of
/// this machine, and nothing says that a proxy has passed it on. Whatever is in doubt gets the first one.
const SAFE: &str = "__Host-stats_session";
const LOCAL: &str = "stats_session";

/// Where there is one.
pub(crate) fn token(request: &Parts) -> Option<&str> {
    let wanted = name(request);
    let lines = request.headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(name, token)| *name == wanted && !token.is_empty()).map(|(_, token)| token);
    // Two of them are one that somebody has slipped in.
    match (found.next(), found.next()) {
        (Some(token), None) => Some(token),
        _ => None,
    }
}

/// Keeps a token, for no longer than it is valid. Nothing where it has letters that a cookie cannot carry.
pub(super) fn keep(request: &Parts, token: &str, until: Option<SystemTime>) -> Option<String> {
    let is_carried = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\');
    let left = until.map(|until| until.duration_since(SystemTime::now()).unwrap_or_default().as_secs());
    let age = left.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    (!token.is_empty() && token.bytes().all(is_carried)).then(|| set(request, token, &age))
}

/// Forgets it.
pub(super) fn forget(request: &Parts) -> String {
    set(request, "", "; Max-Age=0")
}

fn set(request: &Parts, token: &str, age: &str) -> String {
    let name = name(request);
    let secure = if name == SAFE { "; Secure" } else { "" };
    format!("{name}={token}; Path=/{age}; HttpOnly; SameSite=Lax{secure}")
}

fn name(request: &Parts) -> &'static str {
    if is_at_home(request) { LOCAL } else { SAFE }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::extract::ConnectInfo;
    use axum::http::{HeaderValue, Request};

    use super::*;

    /// From this machine.
    fn request(host: &str, cookies: &[&str]) -> Parts {
        let here: SocketAddr = ([127, 0, 0, 1], 1).into();
        let request = Request::get("/").header(header::HOST, host).extension(ConnectInfo(here));
        let request = cookies.iter().fold(request, |request, cookie| request.header(header::COOKIE, *cookie));
        request.body(()).expect("a request").into_parts().0
    }

    #[test]
    fn the_cookie_of_a_host_is_not_that_of_this_machine() {
        let kept = keep(&request("stats.example", &[]), "a.b.c", None).expect("a cookie");
        assert_eq!(kept, "__Host-stats_session=a.b.c; Path=/; HttpOnly; SameSite=Lax; Secure");
        let kept = keep(&request("127.0.0.1:80", &[]), "a.b.c", Some(SystemTime::UNIX_EPOCH)).expect("a cookie");
        assert_eq!(kept, "stats_session=a.b.c; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        assert_eq!(token(&request("stats.example", &["stats_session=x"])), None);
        assert_eq!(token(&request("[::1]:80", &["a=b; stats_session=x"])), Some("x"));
    }

    #[test]
    fn whoever_may_come_through_a_proxy_gets_the_cookie_of_a_host() {
        let is_safe = |request: &Parts| keep(request, "a.b.c", None).is_some_and(|cookie| cookie.ends_with("; Secure"));
        let home = request("127.0.0.1:80", &[]);
        assert!(!is_safe(&home));
        for name in ["forwarded", "via", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-ssl", "x-real-ip"] {
            let mut passed_on = home.clone();
            passed_on.headers.insert(name, HeaderValue::from_static("x"));
            assert!(is_safe(&passed_on), "{name}");
        }
        let mut elsewhere = home.clone();
        elsewhere.extensions.insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 1))));
        assert!(is_safe(&elsewhere));
        let mut unknown = home;
        unknown.extensions.clear();
        assert!(is_safe(&unknown), "nobody knows where it comes from");
    }

    #[test]
    fn what_is_no_single_token_is_none() {
        for cookies in [&["stats_session="][..], &["stats_session=a", "stats_session=b"], &["x"], &["=x"], &[""]] {
            assert_eq!(token(&request("localhost", cookies)), None, "{cookies:?}");
        }
        for token in ["", "a b", "a;b", "a,b", "a\r\nb", "ä", "a\"b"] {
            assert_eq!(keep(&request("localhost", &[]), token, None), None, "{token}");
        }
    }
}
