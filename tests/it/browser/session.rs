//! A browser, and what somebody does with it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use support::{node, wait};

use super::driver::Driver;

/// From npm.
const AXE: &[&str] = &["axe-core@4.10.3"];

pub(super) struct Session {
    driver: Driver,
    path: String,
}

impl Session {
    /// A window of this size.
    pub(super) fn open(width: u32, height: u32) -> Self {
        let driver = Driver::start();
        let path = driver.browser();
        let session = Self { driver, path };
        session.resize(width, height);
        session
    }

    /// Of the page, without what a window has around it.
    pub(super) fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// As if the machine had this theme: `dark` or `light`.
    pub(super) fn prefer(&self, theme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
        self.devtools("Emulation.setEmulatedMedia", &features);
    }

    /// As if it went to a printer.
    pub(super) fn print(&self) {
        self.devtools("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    }

    /// The pages of paper that this page needs, as a PDF.
    pub(super) fn pdf(&self) -> Vec<u8> {
        let printed = self.devtools("Page.printToPDF", &json!({ "printBackground": false }));
        STANDARD.decode(printed["data"].as_str().unwrap()).unwrap()
    }

    /// As somebody who lets no script of a page run. Those of a test still do.
    pub(super) fn without_scripts(&self) {
        self.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    }

    pub(super) fn goto(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    pub(super) fn address(&self) -> String {
        self.driver.send("GET", &format!("{}/url", self.path), &Value::Null).as_str().unwrap().to_owned()
    }

    /// What a script in the page returns.
    pub(super) fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// The text of what a selector finds first.
    pub(super) fn text(&self, selector: &str) -> String {
        let found = self.run(&format!("return document.querySelector({})?.textContent ?? null", json!(selector)));
        let found = found.as_str().unwrap_or_else(|| panic!("there is no {selector}"));
        found.replace(['\u{a0}', '\u{202f}'], " ")
    }

    /// Clicks on it, as a mouse does: where something else lies above, that is an error.
    pub(super) fn click(&self, selector: &str) {
        let id = self.find(selector);
        self.post(&format!("/element/{id}/click"), &json!({}));
    }

    fn find(&self, selector: &str) -> String {
        let found = self.post("/element", &json!({ "using": "css selector", "value": selector }));
        found.as_object().and_then(|found| found.values().next()).and_then(Value::as_str).unwrap().to_owned()
    }

    /// Types into a field, or names the file that a field takes.
    pub(super) fn fill(&self, selector: &str, text: &str) {
        let id = self.find(selector);
        self.post(&format!("/element/{id}/value"), &json!({ "text": text }));
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub(super) fn press(&self, keys: &[&str]) {
        let presses = keys
            .iter()
            .flat_map(|key| [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]);
        let presses: Vec<_> = presses.collect();
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": presses }] }));
    }

    /// Waits for a condition of the page.
    #[track_caller]
    pub(super) fn wait(&self, what: &str, script: &str) {
        let holds = wait::poll_blocking(Duration::from_secs(30), || (self.run(script) == json!(true)).then_some(()));
        assert!(holds.is_some(), "waited in vain: {what}");
    }

    /// Keeps what can be seen, all of the page.
    pub(super) fn keep(&self, name: &str) {
        let height = self.run("return document.documentElement.scrollHeight").as_u64().unwrap();
        let width = self.run("return window.innerWidth").as_u64().unwrap();
        let clip = json!({ "captureBeyondViewport": true,
            "clip": { "x": 0, "y": 0, "width": width, "height": height, "scale": 1 } });
        let picture = self.devtools("Page.captureScreenshot", &clip);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("browser");
        fs::create_dir_all(&folder).unwrap();
        let bytes = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
        fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }

    /// What axe-core finds wrong with the page: the rule, and where.
    pub(super) fn violations(&self) -> Vec<String> {
        let axe = fs::read_to_string(node::modules(AXE).join("axe-core/axe.min.js")).unwrap();
        self.run(&axe);
        let script = "const done = arguments[0]; axe.run(document).then((found) => done(found.violations.map((one) => \
                      `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`)));";
        let found = self.post("/execute/async", &json!({ "script": script, "args": [] }));
        found.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    }

    /// What the console has said since somebody asked last.
    pub(super) fn console(&self) -> Vec<String> {
        self.log("browser").iter().map(|line| line["message"].to_string()).collect()
    }

    /// What was asked of any server since somebody asked last.
    pub(super) fn requests(&self) -> Vec<String> {
        let event = |line: &Value| serde_json::from_str::<Value>(line["message"].as_str()?).ok();
        let events = self.log("performance").iter().filter_map(event).collect::<Vec<_>>();
        let sent = events.iter().filter(|event| event["message"]["method"] == "Network.requestWillBeSent");
        sent.filter_map(|event| event["message"]["params"]["request"]["url"].as_str().map(str::to_owned)).collect()
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        self.post("/se/log", &json!({ "type": kind })).as_array().unwrap().clone()
    }

    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    #[track_caller]
    fn post(&self, command: &str, body: &Value) -> Value {
        self.driver.send("POST", &format!("{}{command}", self.path), body)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.end(&self.path);
    }
}
