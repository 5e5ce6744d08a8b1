//! What goes wrong between us and the broker.

use std::error::Error;
use std::io;

use lapin::ErrorKind;
use lapin::protocol::{AMQPErrorKind, AMQPSoftError};

use crate::amqp::difference;
use crate::topology::{Found, Part, Plan};

/// Why the broker did not do what it was asked to. Ask it a question; its text is for people.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct BrokerError(Box<Kind>);

/// `Display` says what happened and leaves the cause to `source`, so that a report of both says nothing twice.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Kind {
    #[error("the URL of the broker is not usable: {0}")]
    Url(&'static str),
    #[error("what the link needs cannot be used: {0}")]
    Setup(&'static str, #[source] Box<dyn Error + Send + Sync>),
    #[error("there is no secure link: {0}")]
    #[cfg(feature = "tls")]
    Tls(&'static str, #[source] io::Error),
    #[error("the broker cannot be reached")]
    Unreachable(#[source] io::Error),
    #[error("the queue cannot be declared: {0}")]
    Invalid(&'static str),
    #[error("the message cannot be published: {0}")]
    Message(&'static str),
    #[error("there is no such exchange or queue")]
    NotFound,
    #[error("the broker refused")]
    Refused(#[source] Cause),
    #[error("the broker does not let this user do that")]
    Forbidden(#[source] Cause),
    #[error("it is there and is another: {0}")]
    Differs(String),
    #[error("the {0} cannot be declared")]
    Declared(String, #[source] Box<BrokerError>),
    #[error("the broker does not have what it should: {0}")]
    Topology(String),
    #[error("the broker ended the subscription, usually because the queue was deleted")]
    Cancelled,
    #[error("the broker gave no answer in time")]
    Silent,
    #[error("the link to the broker does not work")]
    Link(#[source] Cause),
    #[error("there is no link to the broker at the moment")]
    Down,
    #[error("the broker was closed by this process")]
    Closed,
    #[error("the link to the broker was lost before the message was settled, so the message will come again")]
    NotSettled(#[source] Option<Cause>),
    #[error("the message was settled before, together with a later one")]
    SettledBefore,
    #[error("a stream keeps its messages: none can be put back or rejected, and this one counts as read")]
    Stream,
}

/// What a transport knows of the reason. Its type is nobody's business.
type Cause = Box<dyn Error + Send + Sync>;

impl BrokerError {
    /// What went wrong, beneath what it went wrong with.
    pub(crate) fn kind(&self) -> &Kind {
        match &*self.0 {
            Kind::Declared(_, error) => error.kind(),
            kind => kind,
        }
    }

    /// With the part that could not be declared.
    pub(crate) fn about(self, part: &Part) -> Self {
        Kind::Declared(part.to_string(), Box::new(self)).into()
    }

    /// Whether the same may succeed later without anybody mending anything: the link was lost, or the broker is slow.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self.kind() {
            Kind::Silent | Kind::Unreachable(_) | Kind::Link(_) | Kind::Down | Kind::NotSettled(_) => true,
            #[cfg(feature = "tls")]
            Kind::Tls(..) => false,
            Kind::Url(_)
            | Kind::Setup(..)
            | Kind::Invalid(_)
            | Kind::Message(_)
            | Kind::NotFound
            | Kind::Refused(_)
            | Kind::Forbidden(_)
            | Kind::Differs(_)
            | Kind::Topology(_)
            | Kind::Declared(..)
            | Kind::Closed
            | Kind::Cancelled
            | Kind::SettledBefore
            | Kind::Stream => false,
        }
    }

    /// Whether the exchange or the queue does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self.kind(), Kind::NotFound)
    }

    /// Whether what was asked for could never work: an unusable URL or certificate of ours, a name that AMQP cannot say, a
    /// message that is settled twice, or put back into a stream.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(
            self.kind(),
            Kind::Url(_) | Kind::Setup(..) | Kind::Invalid(_) | Kind::Message(_) | Kind::SettledBefore | Kind::Stream
        )
    }

    /// Whether there is no secure link because one side does not accept the other: a certificate that has expired, is for
    /// another host or of an unknown authority, or is missing. Nothing is sent in the clear instead.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn is_untrusted(&self) -> bool {
        matches!(self.kind(), Kind::Tls(..))
    }

    /// Whether this process has closed the broker.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.kind(), Kind::Closed)
    }

    /// Whether a message could not be settled, because the link that it came on is lost. It will come again; nothing else
    /// has happened.
    #[must_use]
    pub fn is_not_settled(&self) -> bool {
        matches!(self.kind(), Kind::NotSettled(_))
    }

    /// Whether the broker said no: missing permission, other credentials, or a queue that exists with other properties.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.kind(), Kind::Refused(_) | Kind::Forbidden(_) | Kind::Differs(_))
    }

    /// Whether the user of this link lacks a permission.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        matches!(self.kind(), Kind::Forbidden(_))
    }

    /// Whether the broker does not have what it should: a queue or an exchange is there with other properties, or, after
    /// [`Broker::check`](crate::Broker::check), missing. The text says which and how.
    #[must_use]
    pub fn is_different(&self) -> bool {
        matches!(self.kind(), Kind::Differs(_) | Kind::Topology(_))
    }
}

/// For those who write a [`Transport`](crate::transport::Transport).
impl BrokerError {
    /// The same may succeed later: the link is lost, or there is no answer.
    pub fn transient(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Kind::Link(cause.into()).into()
    }

    /// The broker said no, and will say so again.
    pub fn refused(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Kind::Refused(cause.into()).into()
    }

    /// There is no such exchange or queue.
    #[must_use]
    pub fn not_found() -> Self {
        Kind::NotFound.into()
    }

    /// Something is there and is another, for this reason.
    pub fn different(reason: impl Into<String>) -> Self {
        Kind::Differs(reason.into()).into()
    }

    /// A message can no longer be settled, and will come again.
    #[must_use]
    pub fn not_settled() -> Self {
        Kind::NotSettled(None).into()
    }

    /// A message was settled already, by a settlement of a later one and all before it.
    #[must_use]
    pub fn settled_before() -> Self {
        Kind::SettledBefore.into()
    }

    /// The broker ended a subscription, and nothing else.
    #[must_use]
    pub fn cancelled() -> Self {
        Kind::Cancelled.into()
    }

    /// This process has closed the broker.
    #[must_use]
    pub fn closed() -> Self {
        Kind::Closed.into()
    }
}

impl From<Kind> for BrokerError {
    fn from(kind: Kind) -> Self {
        Self(Box::new(kind))
    }
}

/// What is not as it should be.
pub(crate) fn of_plan(plan: &Plan) -> BrokerError {
    let wrong = plan.steps.iter().filter(|step| matches!(step.found, Found::Missing | Found::Differs(_)));
    let wrong: Vec<_> = wrong.map(ToString::to_string).collect();
    Kind::Topology(wrong.join("; ")).into()
}

/// Not a public `From`: which client library is inside is nobody's business.
pub(crate) fn of_client(error: lapin::Error) -> BrokerError {
    match error.kind() {
        ErrorKind::ProtocolError(said) => match said.kind() {
            AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND) => Kind::NotFound,
            AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED) => Kind::Forbidden(error.into()),
            AMQPErrorKind::Soft(_) => match difference(said.get_message().as_str()) {
                Some(difference) => Kind::Differs(difference),
                None => Kind::Refused(error.into()),
            },
            AMQPErrorKind::Hard(_) => of_connection(error),
        },
        ErrorKind::IOError(cause) => match untrusted(cause) {
            Some(kind) => kind,
            None => Kind::Link(error.into()),
        },
        _ => Kind::Link(error.into()),
    }
    .into()
}

/// With TLS 1.3 the broker looks at our certificate only after we believe that all is well.
#[cfg(feature = "tls")]
fn untrusted(cause: &io::Error) -> Option<Kind> {
    let text = cause.to_string();
    crate::amqp::problem(cause).map(|problem| Kind::Tls(problem, io::Error::new(cause.kind(), text)))
}

#[cfg(not(feature = "tls"))]
fn untrusted(_: &io::Error) -> Option<Kind> {
    None
}

/// Only what was not allowed will not be later. Whatever else ended a connection, the next one does not know of.
fn of_connection(error: lapin::Error) -> Kind {
    use lapin::protocol::AMQPHardError::{INVALIDPATH, NOTALLOWED, NOTIMPLEMENTED};
    let passes = !matches!(error.kind(), ErrorKind::ProtocolError(said)
        if matches!(said.kind(), AMQPErrorKind::Hard(INVALIDPATH | NOTALLOWED | NOTIMPLEMENTED)));
    if passes { Kind::Link(error.into()) } else { Kind::Refused(error.into()) }
}

#[cfg(test)]
mod tests {
    use lapin::protocol::AMQPError;

    use super::*;

    #[test]
    fn a_text_never_repeats_its_cause() {
        let client = || Cause::from(lapin::Error::from(ErrorKind::MissingHeartbeatError));
        for kind in [
            Kind::Url("reason"),
            Kind::Setup("what", "cause".into()),
            #[cfg(feature = "tls")]
            Kind::Tls("what", io::ErrorKind::InvalidData.into()),
            Kind::Unreachable(io::ErrorKind::ConnectionRefused.into()),
            Kind::Invalid("reason"),
            Kind::Message("reason"),
            Kind::NotFound,
            Kind::Refused(client()),
            Kind::Forbidden(client()),
            Kind::Differs("reason".to_owned()),
            Kind::Declared("part".to_owned(), Box::new(Kind::Refused(client()).into())),
            Kind::Topology("reason".to_owned()),
            Kind::Cancelled,
            Kind::Silent,
            Kind::Link(client()),
            Kind::Down,
            Kind::Closed,
            Kind::NotSettled(None),
            Kind::NotSettled(Some(client())),
            Kind::SettledBefore,
            Kind::Stream,
        ] {
            let error = BrokerError::from(kind);
            let text = error.to_string();
            assert!(error.source().is_none_or(|cause| !text.contains(&cause.to_string())), "{text}");
        }
    }

    #[test]
    fn the_broker_s_reasons_are_told_apart() {
        #[track_caller]
        fn check(kind: impl Into<AMQPErrorKind>, question: fn(&BrokerError) -> bool) {
            let said = AMQPError::new(kind.into(), "said".into());
            let error = of_client(ErrorKind::ProtocolError(said).into());
            assert!(question(&error), "{error:?}");
        }
        use lapin::protocol::AMQPHardError;
        check(AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND), BrokerError::is_not_found);
        check(AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED), BrokerError::is_refused);
        check(AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED), BrokerError::is_refused);
        check(AMQPErrorKind::Hard(AMQPHardError::CONNECTIONFORCED), BrokerError::is_transient);
        check(AMQPErrorKind::Hard(AMQPHardError::UNEXPECTEDFRAME), BrokerError::is_transient);
        check(AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED), BrokerError::is_refused);
    }
}
