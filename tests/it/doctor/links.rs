//! Whom it asks, and what it says when it cannot.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::sync::mpsc;
use std::thread;

use stats_store::StatsStore;
use support::{env, own, postgres};

use super::site::{Site, codes, doctor, finding, run};
use crate::broker::certificates::Authority;

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_loses_what_was_committed_is_told() {
    let (site, database) = (Site::new().await, postgres::database().await);
    StatsStore::connect(&database.url()).await.unwrap().close().await;
    database.administer(format!("ALTER DATABASE {} SET synchronous_commit = off", database.name())).await.unwrap();
    let store = format!("--store={}", database.url());
    let (code, report) = site.doctor(&[&store]);
    let found = finding(&report, "synchronous_commit_off");
    assert!(code == 1 && found["kind"] == "store" && found["severity"] == "unsafe", "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_be_asked_is_named_in_a_line_without_a_password() {
    let site = Site::new().await;
    let port = free_port();
    for (option, want) in [
        (format!("--management=http://guest:hunter2@127.0.0.1:{port}"), "management: "),
        (
            format!("--management={}", env::required(env::RABBITMQ_API).replace(":guest@", ":hunter2@")),
            "does not accept",
        ),
        ("--management=http://guest:hunter2@rabbitmq:15672".to_owned(), "https://"),
        ("--management=hunter2".to_owned(), "https://user:password@host:15671"),
        ("--management=http://localhost:15672".to_owned(), "needs a user"),
        ("--management=http://guest@localhost:15672".to_owned(), "needs a password"),
        (format!("--store=postgres://a:hunter2@127.0.0.1:{port}/b"), "store: "),
        ("--store=hunter2".to_owned(), "sqlite://FILE"),
    ] {
        let Output { status, stdout, stderr } = run(&[&format!("--amqp={}", site.vhost.amqp_url()), &option]);
        let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
        assert!(status.code() == Some(2) && stdout.is_empty() && stderr.lines().count() == 1, "{stdout}{stderr}");
        assert!(stderr.contains(want) && !stderr.contains("hunter2"), "{want}: {stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_management_api_has_to_show_a_certificate_that_is_trusted() {
    let (ours, others) = (Authority::new("ours"), Authority::new("others"));
    let folder = tempfile::Builder::new().prefix("test-doctor-").tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let [certificate, key] = ours.sign("localhost", 2090).write(folder.path());
    let [trusted, not_trusted] = [("ours", &ours), ("others", &others)].map(|(name, authority)| {
        let path = folder.path().join(name);
        fs::write(&path, &authority.pem).unwrap();
        path
    });
    let port = free_port();
    let settings = format!(
        "management.ssl.ip = 127.0.0.1\n\
         management.ssl.port = {port}\n\
         management.ssl.cacertfile = {}\n\
         management.ssl.certfile = {}\n\
         management.ssl.keyfile = {}",
        trusted.display(),
        certificate.display(),
        key.display()
    );
    let Some(node) = own::rabbitmq(&settings).await else { return };
    let password = folder.path().join("password");
    fs::write(&password, "guest\n").unwrap();
    let amqp = format!("--amqp={}/%2f", node.amqp_url());
    let by_file = format!("--management-password-file={}", password.display());
    let of = |host: &str| format!("--management=https://{host}:{port}");
    let by = |authority: &Path| format!("--management-ca={}", authority.display());

    let user = "--management-user=guest";
    let (code, report) = doctor(&[&amqp, &of("localhost"), &by(&trusted), user, &by_file]);
    assert!(code == 1 && codes(&report, "advice").contains(&"one_node nodes".to_owned()), "{report:#}");
    for (host, authority) in [("localhost", &not_trusted), ("127.0.0.1", &trusted)] {
        let Output { status, stderr, .. } = run(&[&amqp, &of(host), &by(authority), user, &by_file]);
        let said = String::from_utf8(stderr).unwrap();
        assert!(status.code() == Some(2) && said.contains("certificate") && said.lines().count() == 1, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_without_being_rabbitmq_is_not_waited_for_or_followed() {
    let site = Site::new().await;
    let (follow, followed) = mpsc::channel();
    let elsewhere = answering(move |stream| {
        follow.send(()).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
    });
    let redirect = answering(move |stream| {
        write!(stream, "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{elsewhere}/\r\ncontent-length: 0\r\n\r\n")
    });
    let page = answering(|stream| stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>"));
    let endless = answering(|stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        loop {
            stream.write_all(&[b'['; 8_192])?;
        }
    });
    let silent = answering(|stream| stream.read_to_end(&mut Vec::new()).map(drop));
    for (port, want) in [(redirect, "302"), (page, "not RabbitMQ"), (endless, "management: "), (silent, "timeout")] {
        let (amqp, api) = (format!("--amqp={}", site.vhost.amqp_url()), format!("http://a:hunter2@127.0.0.1:{port}"));
        let Output { status, stderr, .. } = run(&[&amqp, &format!("--management={api}")]);
        let said = String::from_utf8(stderr).unwrap();
        assert!(status.code() == Some(2) && said.contains(want) && said.lines().count() == 1, "{want}: {said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    assert!(followed.try_recv().is_err(), "the credentials went elsewhere");
}

/// A port where each connection is answered like this once it has asked something.
fn answering(answer: impl Fn(&mut TcpStream) -> io::Result<()> + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // Whoever has heard enough closes the connection.
            let _ = stream.read(&mut [0; 4096]).and_then(|_| answer(&mut stream));
        }
    });
    port
}

/// Bound and then given up, so that nobody listens there.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
