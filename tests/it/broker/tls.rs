//! Links that nobody can listen to or pretend to be the end of, on a server that wants certificates of its clients.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use support::own::{self, RabbitMq};
use support::wait;
use tempfile::TempDir;
use tokio::time::timeout;
use workout_broker::{Broker, BrokerError, LinkState, Outcome, Pem, Prefetch, Queue, Tls};

use super::certificates::{Authority, Certificate};
use super::{WANTED, message};

const QUEUE: &str = "broker.tls";
const LIMIT: Duration = Duration::from_secs(30);

/// Until when the certificates are good.
const FAR: i32 = 2090;

#[tokio::test(flavor = "multi_thread")]
async fn only_who_is_trusted_is_spoken_to_and_never_in_the_clear() {
    let (ours, others) = (Authority::new("ours"), Authority::new("others"));
    let Some(guard) = Guarded::start(&ours).await else { return };
    let (url, client) = (guard.url("localhost"), ours.sign("client", FAR));
    let good = Tls::new().authority(Pem::text(&*ours.pem)).identity(Pem::text(&*client.pem), Pem::text(&*client.key));

    let broker = Broker::builder(&url).tls(good.clone()).connect().await.unwrap();
    broker.declare(&Queue::new(QUEUE).bind("workout.events", WANTED)).await.unwrap();
    assert_eq!(broker.publish(message(WANTED)).await.unwrap(), Outcome::Confirmed);
    let mut deliveries = broker.consume(QUEUE, Prefetch::default()).await.unwrap();
    timeout(LIMIT, deliveries.next()).await.unwrap().unwrap().unwrap().ack().await.unwrap();
    deliveries.close().await.unwrap();

    let trusting = Tls::new().authority(Pem::text(&*ours.pem));
    refused(&url, Some(trusting.clone()), "certificate of ours").await;
    let stranger = others.sign("client", FAR);
    let stranger = trusting.identity(Pem::text(&*stranger.pem), Pem::text(&*stranger.key));
    refused(&url, Some(stranger), "does not accept our certificate").await;
    let trusting_others = Tls::new().authority(Pem::text(&*others.pem));
    refused(&url, Some(trusting_others), "authority that is not trusted").await;
    refused(&url, None, "authority that is not trusted").await;
    refused(&guard.url("127.0.0.1"), Some(good.clone()), "another host").await;
    let plain = guard.server.amqp_url().replace("amqp://", "amqps://").replace("127.0.0.1", "localhost") + "/%2f";
    refused(&plain, Some(good.clone()), "does not speak TLS").await;

    // The link that was well before does not come back while the certificate is bad.
    guard.show(&ours.sign("localhost", 2001)).await;
    refused(&url, Some(good.clone()), "expired").await;
    guard.server.control(&["close_all_connections", "test"]).await;
    wait::until("both links are down", LIMIT, || async {
        let health = broker.health();
        (health.publishing.state, health.consuming.state) == (LinkState::Down, LinkState::Down)
    })
    .await;
    assert!(broker.publish(message(WANTED)).await.unwrap_err().is_transient());
    guard.show(&ours.sign("localhost", FAR)).await;
    timeout(LIMIT, broker.well()).await.unwrap().unwrap();
    assert_eq!(broker.publish(message(WANTED)).await.unwrap(), Outcome::Confirmed);
    broker.close().await.unwrap();
}

async fn refused(url: &str, tls: Option<Tls>, reason: &str) {
    let builder = Broker::builder(url);
    let builder = if let Some(tls) = tls { builder.tls(tls) } else { builder };
    let error: BrokerError = builder.connect().await.unwrap_err();
    assert!(error.is_untrusted() && !error.is_transient(), "{reason}: {error:?}");
    assert!(error.to_string().contains(reason), "{reason}: {error}");
}

/// A server that speaks TLS and wants to see a certificate of an authority.
struct Guarded {
    server: RabbitMq,
    port: u16,
    /// Where its certificate is.
    folder: TempDir,
}

impl Guarded {
    async fn start(authority: &Authority) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("test-tls-").tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let [certificate, key] = authority.sign("localhost", FAR).write(folder.path());
        let root = folder.path().join("authority.pem");
        fs::write(&root, &authority.pem).unwrap();
        // Bound and then given up, so that it is free.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let settings = format!(
            "listeners.ssl.1 = 127.0.0.1:{port}\n\
             ssl_options.cacertfile = {}\n\
             ssl_options.certfile = {}\n\
             ssl_options.keyfile = {}\n\
             ssl_options.verify = verify_peer\n\
             ssl_options.fail_if_no_peer_cert = true",
            root.display(),
            certificate.display(),
            key.display()
        );
        Some(Self { server: own::rabbitmq(&settings).await?, port, folder })
    }

    fn url(&self, host: &str) -> String {
        format!("amqps://guest:guest@{host}:{}/%2f", self.port)
    }

    /// Shows another certificate from now on.
    async fn show(&self, certificate: &Certificate) {
        certificate.write(self.folder.path());
        self.server.control(&["eval", "ssl:clear_pem_cache()."]).await;
    }
}
