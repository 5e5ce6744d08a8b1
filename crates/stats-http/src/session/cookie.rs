//! The cookie that carries a token.

use std::net::IpAddr;
use std::time::SystemTime;

use axum::http::header;
use axum::http::request::Parts;

use crate::auth::host;

/// Browsers take the first one from a page over TLS only, and of this very host: no neighbour under the same domain can set it.
/// On this machine itself there is no TLS, and the second one is enough.
const SAFE: &str = "__Host-stats_session";
const LOCAL: &str = "stats_session";

/// Where there is one.
pub(super) fn token(request: &Parts) -> Option<&str> {
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
    let is_local = host(request).is_some_and(|host| {
        let name = host.host();
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        name.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    });
    if is_local { LOCAL } else { SAFE }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn request(host: &str, cookies: &[&str]) -> Parts {
        let request = Request::get("/").header(header::HOST, host);
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
    fn what_is_no_single_token_is_none() {
        for cookies in [&["stats_session="][..], &["stats_session=a", "stats_session=b"], &["x"], &["=x"], &[""]] {
            assert_eq!(token(&request("localhost", cookies)), None, "{cookies:?}");
        }
        for token in ["", "a b", "a;b", "a,b", "a\r\nb", "ä", "a\"b"] {
            assert_eq!(keep(&request("localhost", &[]), token, None), None, "{token}");
        }
    }
}
