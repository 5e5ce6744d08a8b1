//! What a URL says, taken apart, so that its password can be left out.

use std::net::IpAddr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands as it is in the path of a URL. `.` does not, because a part of two of them would lead upwards.
const PATH: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// It has a password in it, so it cannot be shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) scheme: String,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    /// Without the port.
    pub(super) host: String,
    /// With the port.
    pub(super) authority: String,
    /// What follows, without the question mark and what is after it.
    pub(super) path: String,
}

impl Place {
    pub(super) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (credentials, authority) = match authority.rsplit_once('@') {
            Some((credentials, authority)) => (Some(credentials), authority),
            None => (None, authority),
        };
        let (user, password) = match credentials.map(|both| both.split_once(':').ok_or(both)) {
            Some(Ok((user, password))) => (Some(decoded(user)?), Some(decoded(password)?)),
            Some(Err(user)) => (Some(decoded(user)?), None),
            None => (None, None),
        };
        let host = host(authority);
        let (host, authority, path) = (host.to_owned(), authority.to_owned(), path.to_owned());
        (!host.is_empty()).then(|| Self { scheme: scheme.to_lowercase(), user, password, host, authority, path })
    }

    /// The virtual host of an AMQP URL.
    pub(super) fn vhost(&self) -> String {
        let path = self.path.strip_prefix('/').and_then(decoded);
        path.unwrap_or_else(|| "/".to_owned())
    }

    /// Whether what is sent there leaves no machine.
    pub(super) fn is_this_machine(&self) -> bool {
        let address = self.host.parse::<IpAddr>();
        address.map_or_else(|_| self.host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
    }
}

/// A name as a part of a path.
pub(super) fn encoded(name: &str) -> String {
    utf8_percent_encode(name, &PATH).to_string()
}

fn decoded(text: &str) -> Option<String> {
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

fn host(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_comes_apart() {
        #[track_caller]
        fn check(url: &str, user: Option<&str>, password: Option<&str>, host: &str, vhost: &str) {
            let place = Place::parse(url).unwrap();
            assert_eq!((place.user.as_deref(), place.password.as_deref()), (user, password));
            assert_eq!((place.host.as_str(), place.vhost().as_str()), (host, vhost));
        }
        check("amqp://a:b@host:5672/%2f", Some("a"), Some("b"), "host", "/");
        check("amqp://a:b@host", Some("a"), Some("b"), "host", "/");
        check("amqps://a@host/v?heartbeat=5", Some("a"), None, "host", "v");
        check("amqp://host:1/a%2Fb", None, None, "host", "a/b");
        check("http://a%40b:c%3A@[2001:db8::1]:15672/prefix", Some("a@b"), Some("c:"), "2001:db8::1", "prefix");
        assert!(Place::parse("host").is_none() && Place::parse("amqp://").is_none());
    }

    #[test]
    fn this_machine_is_told_from_others() {
        #[track_caller]
        fn check(host: &str, want: bool) {
            assert_eq!(Place::parse(&format!("amqp://{host}:1/")).unwrap().is_this_machine(), want, "{host}");
        }
        for here in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"] {
            check(here, true);
        }
        for elsewhere in ["rabbitmq", "10.0.0.1", "localhost.example.org", "[2001:db8::1]"] {
            check(elsewhere, false);
        }
    }

    #[test]
    fn a_name_cannot_leave_its_place_in_a_path() {
        assert_eq!([encoded("/"), encoded("../x?y"), encoded("a.b")], ["%2F", "%2E%2E%2Fx%3Fy", "a%2Eb"]);
    }
}
