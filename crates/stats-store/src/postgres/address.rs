//! Where the server is, and whether the way to it is safe.

use std::env;
use std::net::IpAddr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::error::{Kind, StoreError};

/// What a URL may say after its question mark. The library would write what it does not know into the log.
const KEYS: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// How to connect. Without a word about TLS, a server on this machine may do without it, and one elsewhere has to have a
/// certificate for its name from somebody whom this machine trusts.
pub(super) fn parse(url: &str) -> Result<PgConnectOptions, StoreError> {
    if !keys(url).all(|key| KEYS.contains(&key) || key.starts_with("options[")) {
        // The key is not named, for it may be what follows a question mark in a password.
        return Err(Kind::Url("after its question mark there is something that PostgreSQL's URLs do not have").into());
    }
    // The parser's own reason is dropped: it may repeat parts of the URL, which has a password in it.
    let options: PgConnectOptions =
        url.parse().map_err(|_| Kind::Url("it is not of the form postgres://user:password@host/database"))?;
    let mut options = options.application_name("workout-stats");
    let is_said = keys(url).any(|key| matches!(key, "sslmode" | "ssl-mode")) || env::var_os("PGSSLMODE").is_some();
    if !is_here(&options) {
        if !is_said {
            options = options.ssl_mode(PgSslMode::VerifyFull);
        }
        if matches!(options.get_ssl_mode(), PgSslMode::Allow | PgSslMode::Prefer) {
            return Err(Kind::Url(
                "its sslmode would send everything in the clear to another machine without a word: write \
                 sslmode=verify-full, or sslmode=disable for a network that is safe otherwise",
            )
            .into());
        }
    }
    Ok(options)
}

/// Whether what is sent there leaves no machine.
fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    let is_loopback =
        host.parse::<IpAddr>().map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |it| it.is_loopback());
    options.get_socket().is_some() || is_loopback
}

fn keys(url: &str) -> impl Iterator<Item = &str> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').map_or(pair, |(key, _)| key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_machine_in_the_clear_unless_the_url_says_so() {
        #[track_caller]
        fn check(url: &str, want: Option<&str>) {
            let found = parse(url).map(|options| format!("{:?}", options.get_ssl_mode()));
            assert!(found.as_ref().err().is_none_or(StoreError::is_invalid));
            assert_eq!(found.ok().as_deref(), want, "{url}");
        }
        for here in ["localhost", "LocalHost:5433", "127.0.0.1", "127.9.9.9", "[::1]:5432", "%2Fvar%2Frun%2Fpostgresql"]
        {
            check(&format!("postgres://a:b@{here}/db"), Some("Prefer"));
        }
        for elsewhere in ["db", "10.0.0.1", "localhost.example.org", "[2001:db8::1]:5432"] {
            check(&format!("postgres://a:b@{elsewhere}/db"), Some("VerifyFull"));
            check(&format!("postgres://a:b@{elsewhere}/db?sslmode=require"), Some("Require"));
            check(&format!("postgres://a:b@{elsewhere}/db?sslmode=disable"), Some("Disable"));
            check(&format!("postgres://a:b@{elsewhere}/db?sslmode=prefer"), None);
            check(&format!("postgres://a:b@{elsewhere}/db?ssl-mode=allow"), None);
        }
        // The host that counts is the last one that is named.
        check("postgres://a:b@localhost/db?host=db", Some("VerifyFull"));
        check("postgres://a:b@localhost/db?hostaddr=10.0.0.1&sslmode=prefer", None);
        check("postgres://a:b@db/db?host=/var/run/postgresql", Some("Prefer"));
    }

    #[test]
    fn what_is_unknown_is_refused_without_being_repeated() {
        for url in ["postgres://a@localhost/db?sslmod=require", "postgres://a@localhost?hunter2@localhost/db"] {
            let error = parse(url).unwrap_err();
            assert!(error.is_invalid() && !format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
