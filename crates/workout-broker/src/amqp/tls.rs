//! TLS, by rustls.

use std::fs;
use std::io;
use std::sync::Arc;

use rustls_native_certs::load_native_certs;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{AlertDescription, CertificateError, ClientConfig, Error, RootCertStore, crypto::ring};

use crate::error::{BrokerError, Kind};
use crate::tls::{Pem, Source, Tls};

/// Reads what there is to be read, which takes a while.
pub(super) fn connector(tls: &Tls) -> Result<TlsConnector, BrokerError> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| of_setup("TLS", error))?
        .with_root_certificates(roots(tls)?);
    let config = match &tls.identity {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => {
            let certificate = certificates("our certificate", certificate)?;
            let key = PrivateKeyDer::from_pem_slice(&read("our key", key)?);
            let key = key.map_err(|error| of_setup("our key, which must not be encrypted", error))?;
            let ours = config.with_client_auth_cert(certificate, key);
            ours.map_err(|error| of_setup("our certificate with our key", error))?
        }
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The handshake, in which the broker shows that it is who it should be.
pub(super) async fn wrap(
    connector: &TlsConnector,
    host: &str,
    bytes: TcpStream,
) -> Result<TlsStream<TcpStream>, BrokerError> {
    let name = ServerName::try_from(host.to_owned());
    let name = name.map_err(|_| Kind::Url("no certificate can have the name of its host"))?;
    connector.connect(name, bytes).await.map_err(|error| match problem(&error) {
        Some(problem) => Kind::Tls(problem, error).into(),
        None => Kind::Unreachable(error).into(),
    })
}

fn roots(tls: &Tls) -> Result<RootCertStore, BrokerError> {
    let mut roots = RootCertStore::empty();
    if let Some(authority) = &tls.authority {
        for certificate in certificates("the certificate of the authority", authority)? {
            roots.add(certificate).map_err(|error| of_setup("the certificate of the authority", error))?;
        }
        return Ok(roots);
    }
    // Some of what machines have is old and unusable, which harms nobody.
    roots.add_parsable_certificates(load_native_certs().certs);
    if roots.is_empty() {
        let none = io::Error::new(io::ErrorKind::NotFound, "there are none, so name an authority to trust");
        return Err(Kind::Setup("the authorities that this machine trusts", none.into()).into());
    }
    Ok(roots)
}

fn certificates(what: &'static str, pem: &Pem) -> Result<Vec<CertificateDer<'static>>, BrokerError> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(what, pem)?).collect();
    let certificates = certificates.map_err(|error| of_setup(what, error))?;
    if certificates.is_empty() {
        return Err(of_setup(what, pem::Error::NoItemsFound));
    }
    Ok(certificates)
}

fn read(what: &'static str, pem: &Pem) -> Result<Vec<u8>, BrokerError> {
    match &pem.0 {
        Source::Text(text) => Ok(text.clone()),
        Source::File(path) => fs::read(path).map_err(|error| of_setup(what, error)),
    }
}

fn of_setup(what: &'static str, error: impl std::error::Error + Send + Sync + 'static) -> BrokerError {
    Kind::Setup(what, error.into()).into()
}

/// What is wrong between us and the broker, if this is an error that goes away only when someone mends something.
pub(crate) fn problem(error: &io::Error) -> Option<&'static str> {
    Some(match error.get_ref()?.downcast_ref()? {
        Error::InvalidCertificate(reason) => certificate(reason),
        Error::NoCertificatesPresented | Error::UnsupportedNameType => "the broker shows no certificate",
        Error::AlertReceived(alert) => told(*alert)?,
        Error::InvalidMessage(_) => "what answers there does not speak TLS; is it the port for amqp://?",
        Error::PeerIncompatible(_) => "the broker and we have no version or cipher in common",
        _ => return None,
    })
}

fn certificate(reason: &CertificateError) -> &'static str {
    match reason {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "the broker's certificate has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the broker's certificate is not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the broker's certificate is for another host"
        }
        CertificateError::UnknownIssuer => "the broker's certificate is of an authority that is not trusted here",
        CertificateError::Revoked => "the broker's certificate was revoked",
        _ => "the broker's certificate is not acceptable",
    }
}

/// What the broker says of our side.
fn told(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::CertificateRequired => "the broker wants a certificate of ours",
        // Before TLS 1.3 there is no other word for it.
        AlertDescription::HandshakeFailure => {
            "the broker does not agree, perhaps because it wants a certificate of ours"
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied
        | AlertDescription::DecryptError => "the broker does not accept our certificate",
        AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity => {
            "the broker and we have no version or cipher in common"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_mending_is_told_from_what_passes() {
        #[track_caller]
        fn check(error: Error, want: Option<&str>) {
            let said = problem(&io::Error::new(io::ErrorKind::InvalidData, error));
            assert_eq!(said.is_some(), want.is_some(), "{said:?}");
            assert!(said.unwrap_or_default().contains(want.unwrap_or_default()), "{said:?}");
        }
        check(Error::InvalidCertificate(CertificateError::Expired), Some("expired"));
        check(Error::InvalidCertificate(CertificateError::NotValidYet), Some("not valid yet"));
        check(Error::InvalidCertificate(CertificateError::UnknownIssuer), Some("not trusted"));
        check(Error::InvalidCertificate(CertificateError::NotValidForName), Some("another host"));
        check(Error::AlertReceived(AlertDescription::CertificateRequired), Some("wants a certificate"));
        check(Error::AlertReceived(AlertDescription::UnknownCA), Some("our certificate"));
        check(Error::AlertReceived(AlertDescription::InternalError), None);
        check(Error::HandshakeNotComplete, None);
        assert_eq!(problem(&io::ErrorKind::ConnectionReset.into()), None);
    }
}
