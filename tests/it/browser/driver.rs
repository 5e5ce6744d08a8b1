//! A `WebDriver` that is started for a test and ends with it.
//!
//! The protocol is JSON over HTTP, and a test needs ten of its commands. Client crates bring a hundred others, one of them a
//! licence of its own and another one a feature of `serde_json` that changes the order of keys in the whole workspace.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A process that starts browsers.
pub(super) struct Driver {
    process: Child,
    url: String,
    /// Where Chromium keeps a profile, apart from that of whoever runs the tests.
    home: TempDir,
}

impl Driver {
    pub(super) fn start() -> Self {
        let home = TempDir::new().unwrap();
        let mut process = Command::new("chromedriver")
            .args(["--port=0"])
            .env("HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: cargo xtask test does that");
        let said = BufReader::new(process.stdout.take().unwrap());
        let port = said.lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let url = format!("http://127.0.0.1:{}", port.expect("chromedriver says its port"));
        Self { process, url, home }
    }

    /// A browser of its own, without a window. What it logs and loads is written down.
    pub(super) fn browser(&self) -> String {
        let profile = format!("--user-data-dir={}", self.home.path().join("profile").display());
        // Of the sandbox: tests run as root in containers, and see nothing but our own pages.
        let arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", &profile];
        let asked = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments, "prefs": { "intl.accept_languages": "en-GB" } },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        }}});
        let begun = self.send("POST", "/session", &asked);
        format!("/session/{}", begun["sessionId"].as_str().expect("a session has an id"))
    }

    /// A command, and what it answers. One that is refused is a defect of the test.
    #[track_caller]
    pub(super) fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.url);
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let answered = match method {
            "GET" => agent.get(&url).call(),
            _ => agent.post(&url).header("content-type", "application/json").send(body.to_string()),
        };
        let mut answered = answered.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let text = answered.body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
        let mut answer: Value = serde_json::from_str(&text).unwrap();
        let value = answer["value"].take();
        assert!(answered.status().is_success(), "{method} {path}: {}", value["message"]);
        value
    }
}

impl Driver {
    /// Chromium ends with its session, and not with the driver.
    pub(super) fn end(&self, session: &str) {
        let _ = ureq::delete(format!("{}{session}", self.url)).call();
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
