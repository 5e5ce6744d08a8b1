//! Where the broker is, how it is reached, and with which credentials.

use std::net::IpAddr;

use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Connection, ConnectionProperties};
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::amqp::broker::ANSWER_TIMEOUT;
use crate::amqp::socket::{Bytes, handshake};
#[cfg(feature = "tls")]
use crate::amqp::tls;
use crate::credentials::CredentialSource;
use crate::error::{BrokerError, Kind, of_client};
#[cfg(feature = "tls")]
use crate::tls::Tls;

/// Seconds between two signs of life, unless the URL says otherwise. After twice that long without one the link is lost.
const HEARTBEAT: u16 = 10;

/// What a URL may say after its question mark.
const KEYS: [&str; 4] = ["heartbeat", "frame_max", "channel_max", "auth_mechanism"];

/// How to connect, as the builder was told.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) url: String,
    pub(crate) allow_plaintext: bool,
    pub(crate) declare_nothing: bool,
    pub(crate) credentials: CredentialSource,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Tls>,
}

/// It has a password in it, so it cannot be shown.
pub(super) struct Address {
    uri: AMQPUri,
    credentials: CredentialSource,
    #[cfg(feature = "tls")]
    tls: Tls,
}

impl Address {
    pub(super) fn new(settings: Settings) -> Result<Self, BrokerError> {
        let uri = parse(&settings.url, settings.allow_plaintext)?;
        let twice = has_password(&settings.url) && !matches!(settings.credentials, CredentialSource::Url);
        #[cfg(feature = "tls")]
        let unused = uri.scheme == AMQPScheme::AMQP && settings.tls.is_some();
        #[cfg(not(feature = "tls"))]
        let unused = false;
        let refused = if twice {
            "it has a password, and there is another source of passwords: leave one of them out"
        } else if unused {
            "certificates are given, and the scheme amqp:// has no use for them: write amqps://"
        } else {
            return Ok(Self {
                uri,
                credentials: settings.credentials,
                #[cfg(feature = "tls")]
                tls: settings.tls.unwrap_or_default(),
            });
        };
        Err(Kind::Url(refused).into())
    }

    /// lapin's own recovery stays off: it gives up after minutes, and everything then waits for ever.
    pub(super) async fn connect(&self, name: &str) -> Result<Connection, BrokerError> {
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let connected = async {
            let uri = self.with_credentials().await?;
            let bytes = self.bytes().await?;
            handshake(bytes, uri, properties).await.map_err(of_client)
        };
        timeout(ANSWER_TIMEOUT, Box::pin(connected)).await.map_err(|_| Kind::Silent)?
    }

    /// The bytes are those of TLS if the scheme says so, and there is no way from there to plain ones.
    async fn bytes(&self) -> Result<Box<dyn Bytes>, BrokerError> {
        let authority = &self.uri.authority;
        let bytes = TcpStream::connect((&*authority.host, authority.port)).await.map_err(Kind::Unreachable)?;
        bytes.set_nodelay(true).map_err(Kind::Unreachable)?;
        match self.uri.scheme {
            AMQPScheme::AMQP => Ok(Box::new(bytes)),
            #[cfg(feature = "tls")]
            AMQPScheme::AMQPS => {
                let tls = self.tls.clone();
                let connector = spawn_blocking(move || tls::connector(&tls)).await.map_err(|_| Kind::Closed)??;
                Ok(Box::new(tls::wrap(&connector, &authority.host, bytes).await?))
            }
            #[cfg(not(feature = "tls"))]
            AMQPScheme::AMQPS => Err(Kind::Url(NO_TLS).into()),
        }
    }

    async fn with_credentials(&self) -> Result<AMQPUri, BrokerError> {
        let mut uri = self.uri.clone();
        let (source, known) = (self.credentials.clone(), uri.authority.userinfo.clone());
        let asked = spawn_blocking(move || source.ask(&known.username, &known.password));
        // An error of the task means that the runtime ends, or that the callback panicked.
        let credentials = asked.await.unwrap_or_else(|error| Err(error.into()));
        let credentials = credentials.map_err(|error| Kind::Setup("the credentials", error))?;
        uri.authority.userinfo.username = credentials.user;
        uri.authority.userinfo.password = credentials.password;
        Ok(uri)
    }
}

#[cfg(not(feature = "tls"))]
const NO_TLS: &str = "this build does not speak TLS (feature `tls`), and does not do without it in secret";

fn parse(url: &str, allow_plaintext: bool) -> Result<AMQPUri, BrokerError> {
    // The parser's own reason is dropped: it repeats parts of the URL, which may be the password.
    let parsed = url.parse::<AMQPUri>();
    let mut uri = parsed.map_err(|_| Kind::Url("it is not of the form amqps://user:password@host/vhost"))?;
    // The parser takes `localhost` for every address in brackets.
    if let Some((address, _)) = host(url).strip_prefix('[').and_then(|host| host.split_once(']')) {
        address.clone_into(&mut uri.authority.host);
    }
    let refused = match uri.scheme {
        #[cfg(not(feature = "tls"))]
        AMQPScheme::AMQPS => Some(NO_TLS),
        AMQPScheme::AMQP if !allow_plaintext && !is_this_machine(&uri.authority.host) => Some(
            "amqp:// would send the password in the clear to another machine: write amqps://, or permit it with \
             `allow_plaintext` for a network that is safe otherwise",
        ),
        _ if uri.query.heartbeat == Some(0) => Some("without a heartbeat nobody would notice that the link is dead"),
        // The key is not named, for it may be what follows a question mark in a password.
        _ if !keys(url).all(|key| KEYS.contains(&key)) => {
            Some("after its question mark it may say heartbeat, frame_max, channel_max and auth_mechanism")
        }
        _ => None,
    };
    if let Some(reason) = refused {
        return Err(Kind::Url(reason).into());
    }
    uri.query.heartbeat.get_or_insert(HEARTBEAT);
    Ok(uri)
}

/// What stands before the path: user, password, host and port.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn host(url: &str) -> &str {
    let authority = authority(url);
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn has_password(url: &str) -> bool {
    authority(url).rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

fn keys(url: &str) -> impl Iterator<Item = &str> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').map_or(pair, |(key, _)| key))
}

fn is_this_machine(host: &str) -> bool {
    host.parse::<IpAddr>().map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_crosses_no_network_in_the_clear_unless_told_to() {
        #[track_caller]
        fn check(url: &str, want: bool) {
            assert_eq!(parse(url, false).is_ok(), want, "{url}");
        }
        check("amqp://a:b@localhost/%2f", true);
        check("amqp://a:b@LocalHost:5672/v", true);
        check("amqp://a:b@127.0.0.1:5672/v", true);
        check("amqp://a:b@127.9.9.9/v", true);
        check("amqp://a:b@[::1]:5672/v", true);
        check("amqp://a:b@[2001:db8::1]:5672/v", false);
        check("amqp://a:b@10.0.0.1/v", false);
        check("amqp://a:b@rabbitmq/v", false);
        check("amqp://a:b@localhost.example.org/v", false);
        check("amqp://a:b@127.0.0.1.example.org/v", false);
        check("amqps://a:b@rabbitmq/v", cfg!(feature = "tls"));
        assert!(parse("amqp://a:b@rabbitmq/v", true).is_ok());
    }

    #[test]
    fn an_address_in_brackets_is_the_host() {
        #[track_caller]
        fn check(url: &str, want: &str) {
            assert_eq!(parse(url, true).unwrap().authority.host, want);
        }
        check("amqp://a:b@[2001:db8::1]:5672/v", "2001:db8::1");
        check("amqp://[::1]", "::1");
        check("amqp://a:[b]@host/v", "host");
        check("amqp://10.0.0.1/v", "10.0.0.1");
    }

    #[test]
    fn what_is_asked_for_twice_or_unknown_is_refused() {
        #[track_caller]
        fn check(url: &str, credentials: CredentialSource, want: &str) {
            let settings = Settings { url: url.to_owned(), credentials, ..Settings::default() };
            let said = Address::new(settings).map_or_else(|error| error.to_string(), |_| String::new());
            assert!(said.contains(want) && !said.contains("hunter2"), "{said}");
        }
        let file = || CredentialSource::PasswordFile("password".into());
        check("amqp://a:hunter2@localhost/v", file(), "leave one of them out");
        check("amqp://a@localhost/v", file(), "");
        check("amqp://localhost/v", file(), "");
        check("amqp://a:hunter2@localhost/v?heartbeat=0", CredentialSource::Url, "heartbeat");
        check("amqp://a:hunter2@localhost/v?heartbeat=5&frame_max=10000", CredentialSource::Url, "");
        check("amqp://a:hunter2@localhost/v?hartbeat=5", CredentialSource::Url, "it may say heartbeat");
        check("amqp://localhost?hunter2@localhost/v", CredentialSource::Url, "it may say heartbeat");
    }
}
