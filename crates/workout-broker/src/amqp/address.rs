//! Where the broker is, and with which credentials.

use std::net::IpAddr;

use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Connection, ConnectionProperties};

use crate::amqp::broker::answer;
use crate::error::{BrokerError, Kind};

/// Seconds between two signs of life, unless the URL says otherwise. After twice that long without one the link is lost.
const HEARTBEAT: u16 = 10;

/// It has a password in it, so it cannot be shown.
pub(super) struct Address(AMQPUri);

impl Address {
    pub(super) fn parse(url: &str, allow_plaintext: bool) -> Result<Self, BrokerError> {
        // The parser's own reason is dropped: it repeats parts of the URL, which may be the password.
        let mut uri: AMQPUri =
            url.parse().map_err(|_| Kind::Url("it is not of the form amqp://user:password@host/vhost"))?;
        let refused = match uri.scheme {
            AMQPScheme::AMQPS => Some("this version does not speak TLS, and does not do without it in secret"),
            AMQPScheme::AMQP if allow_plaintext || is_this_machine(&uri.authority.host) => None,
            AMQPScheme::AMQP => Some(
                "amqp:// would send the password in the clear to another machine, which `allow_plaintext` permits for a \
                 network that is safe otherwise",
            ),
        };
        if let Some(reason) = refused {
            return Err(Kind::Url(reason).into());
        }
        if uri.query.heartbeat == Some(0) {
            return Err(Kind::Url("without a heartbeat nobody would notice that the link is dead").into());
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT);
        Ok(Self(uri))
    }

    /// lapin's own recovery stays off: it gives up after minutes, and everything then waits for ever.
    pub(super) async fn connect(&self, name: &str) -> Result<Connection, BrokerError> {
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        answer(Connection::connect_uri(self.0.clone(), properties)).await
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or_else(|_| host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_crosses_no_network_in_the_clear_unless_told_to() {
        #[track_caller]
        fn check(url: &str, want: bool) {
            assert_eq!(Address::parse(url, false).is_ok(), want, "{url}");
        }
        check("amqp://a:b@localhost/%2f", true);
        check("amqp://a:b@LocalHost:5672/v", true);
        check("amqp://a:b@127.0.0.1:5672/v", true);
        check("amqp://a:b@127.9.9.9/v", true);
        check("amqp://a:b@[::1]:5672/v", true);
        check("amqp://a:b@10.0.0.1/v", false);
        check("amqp://a:b@rabbitmq/v", false);
        check("amqp://a:b@localhost.example.org/v", false);
        check("amqp://a:b@127.0.0.1.example.org/v", false);
        assert!(Address::parse("amqp://a:b@rabbitmq/v", true).is_ok());
        assert!(Address::parse("amqps://a:b@rabbitmq/v", true).is_err());
        assert!(Address::parse("amqp://a:b@localhost/v?heartbeat=0", true).is_err());
    }
}
