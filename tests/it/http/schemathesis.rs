//! The service keeps its own document: schemathesis makes requests of it, and finds nothing.

use std::net::Ipv4Addr;
use std::process::Command;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use stats_http::{Api, Authenticator, Identity, Live, Refused};
use stats_store::StatsStore;
use support::python;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

/// From the Python Package Index.
const PYTHON: &[&str] = &["schemathesis==4.32.5"];

/// What a schema cannot say.
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/it/http/schemathesis.toml");

/// A door, so that there is something to be refused.
#[derive(Debug)]
struct Door;

#[async_trait]
impl Authenticator for Door {
    async fn authenticate(&self, request: &Parts) -> Result<Identity, Refused> {
        match request.headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes) {
            Some(b"Bearer operator") => Ok(Identity::admin()),
            Some(_) => Err(Refused::InvalidToken),
            None => Err(Refused::Unauthenticated),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing() {
    let store = StatsStore::memory();
    let api = Api::new(store.reader()).writer(store.writer()).metrics(String::new).authenticator(Door);
    // A stream has an end, so that its answer has one.
    let api = api.live(Live::new().at_most(Duration::from_millis(20)));
    let router = api.rate_limit(None).wait_at_most(Duration::from_millis(20)).router();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(stats_http::serve(listener, router, std::future::pending()));
    let found = spawn_blocking(move || {
        let program = python::venv(PYTHON).with_file_name("schemathesis");
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(program);
        command.args(["--config-file", CONFIG, "run"]).arg(format!("http://{address}/openapi.json"));
        command.args(["--header=Authorization: Bearer operator", "--checks=all", "--no-color"]);
        command.args(["--seed=1", "--max-examples=10"]);
        // A proxy of the machine is none for this one. What is written is written here.
        command.current_dir(folder.path()).env("NO_PROXY", "*").output().unwrap()
    });
    let found = found.await.unwrap();
    let said = String::from_utf8_lossy(&found.stdout);
    assert!(found.status.success(), "{said}\n{}", String::from_utf8_lossy(&found.stderr));
    assert!(said.contains("Tested: 33"), "{said}");
    serving.abort();
}
