//! A store behind TLS: a proxy that has a certificate, before the server of the tests, which has none.

use std::error::Error;
use std::fs;
use std::sync::Arc;

use stats_store::{Effect, StatsStore, StoreError};
use support::postgres::{self, Database};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use workout_events::UserId;

use super::performed;
use crate::broker::certificates::{Authority, Certificate};

/// A year that no test sees the end of.
const LATER: i32 = 2100;

/// What a client sends first that wants TLS.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_looked_at_as_the_url_says() {
    let database = postgres::database().await;
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let trusted = Trusted::new(&ours);
    // Who has signed it, for whom, until when; and whether it does for the mode.
    for (signer, host, year, mode, want) in [
        (&ours, "localhost", LATER, "verify-full", true),
        (&ours, "localhost", LATER, "verify-ca", true),
        (&other, "localhost", LATER, "verify-full", false),
        (&other, "localhost", LATER, "verify-ca", false),
        (&ours, "elsewhere", LATER, "verify-full", false),
        (&ours, "elsewhere", LATER, "verify-ca", true),
        (&ours, "localhost", 2020, "verify-full", false),
        // It only keeps those out who listen.
        (&other, "elsewhere", 2020, "require", true),
    ] {
        let url = trusted.url(&database, &signer.sign(host, year), mode).await;
        match StatsStore::connect(&url).await {
            Ok(store) => {
                assert!(want, "{host} {year} {mode}");
                let fact = performed(UserId::generate(), 60);
                assert_eq!(store.writer().write(&[fact]).await.unwrap(), [Effect::Applied]);
                store.close().await;
            }
            Err(error) => {
                assert!(!want, "{host} {year} {mode}: {error:?}");
                is_refused(&error);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_not_talked_to_where_tls_is_asked_for() {
    let database = postgres::database().await;
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = StatsStore::connect(&format!("{}?sslmode={mode}", database.url())).await.unwrap_err();
        is_refused(&error);
        let error = StatsStore::examine(&format!("{}?sslmode={mode}", database.url())).await.unwrap_err();
        is_refused(&error);
    }
    assert!(StatsStore::connect(&format!("{}?sslmode=disable", database.url())).await.is_ok());
}

/// Trying again would not help, and what does is said.
#[track_caller]
fn is_refused(error: &StoreError) {
    assert!(!error.is_transient() && error.to_string().contains("sslmode") && error.source().is_some(), "{error:?}");
}

/// A file with the certificates that are trusted.
struct Trusted(TempDir);

impl Trusted {
    fn new(authority: &Authority) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), &authority.pem).unwrap();
        Self(folder)
    }

    /// The way to a database through a proxy with this certificate.
    async fn url(&self, database: &Database, certificate: &Certificate, mode: &str) -> String {
        let url = database.url();
        let (user, rest) = url.rsplit_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let port = proxy(certificate, server.to_owned()).await;
        let authority = self.0.path().join("ca.pem");
        format!("{user}@localhost:{port}/{name}?sslmode={mode}&sslrootcert={}", authority.display())
    }
}

/// Takes TLS off what comes, and passes it on. Whoever does not ask for TLS is not let in.
async fn proxy(certificate: &Certificate, server: String) -> u16 {
    let chain = vec![CertificateDer::from_pem_slice(certificate.pem.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes()).unwrap();
    let config =
        ServerConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions();
    let config = config.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(("localhost", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (acceptor, server) = (acceptor.clone(), server.clone());
            tokio::spawn(async move {
                let mut asked = [0; 8];
                if client.read_exact(&mut asked).await.is_err() || asked != SSL_REQUEST {
                    return;
                }
                client.write_all(b"S").await.unwrap();
                let Ok(mut client) = acceptor.accept(client).await else { return };
                let mut server = TcpStream::connect(server).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    port
}
