//! A service of this build in a process of its own: started, read, killed and stopped as an operator does it.
//!
//! ```no_run
//! # async fn example() {
//! let mut stats = support::service::example("stats_service").setting("AMQP_URL", "amqp://...").start().await;
//! let answer = stats.get("/healthz").await.unwrap();
//! assert_eq!(answer.status, 200);
//! stats.kill(); // -9
//! stats.start_again().await; // on another port, with the same settings, in the same folder
//! stats.stop().await; // SIGTERM; it has to end with success
//! # }
//! ```

use std::env::{self, consts::EXE_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::http::{self, Answer};
use crate::servers::process::{Process, leashed};
use crate::wait;

/// How long a service may take until it serves: a loaded machine is slow, and its servers are as well.
const START_LIMIT: Duration = Duration::from_mins(1);

/// A reference service of this name in `examples/`, which is built first if that has not been done.
///
/// # Panics
///
/// When it cannot be built, with what cargo said.
#[track_caller]
pub fn example(name: &'static str) -> Service {
    program(name, built(name))
}

/// Where the program of this name in `examples/` is, once it is built.
///
/// # Panics
///
/// As for [`example`].
#[must_use]
#[track_caller]
pub fn built(name: &str) -> PathBuf {
    // It is of another package, which cargo does not build for our tests by itself.
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "workout-examples", "--example", name])
        .output()
        .unwrap_or_else(|error| panic!("{name} cannot be built: {error}"));
    assert!(built.status.success(), "{name} cannot be built: {}", String::from_utf8_lossy(&built.stderr));
    let ours = env::current_exe().unwrap_or_default();
    let folder = ours.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "deps"));
    let folder = folder.unwrap_or_else(|| panic!("{} is not where cargo builds tests", ours.display()));
    folder.with_file_name("examples").join(format!("{name}{EXE_SUFFIX}"))
}

/// Any program that says its URL in the first line once it serves.
///
/// # Panics
///
/// When there is no temporary folder for it.
#[track_caller]
pub fn program(name: &'static str, path: PathBuf) -> Service {
    let folder = TempDir::new().unwrap_or_else(|error| panic!("no folder for {name}: {error}"));
    let service = Service { name, path, arguments: Vec::new(), settings: Vec::new(), folder };
    service.setting("LISTEN", "127.0.0.1:0")
}

/// How a service is started: in an empty folder of its own, on any port that is free, and with nothing of our environment
/// but what it is told here.
#[derive(Debug)]
#[must_use = "a service does not run before it is started"]
pub struct Service {
    name: &'static str,
    path: PathBuf,
    arguments: Vec<String>,
    settings: Vec<(String, String)>,
    folder: TempDir,
}

impl Service {
    /// One more argument.
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// One more variable of its environment.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// The folder in which it runs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it and waits until it says where it serves.
    ///
    /// # Panics
    ///
    /// When it ends before, or says nothing, with its log.
    pub async fn start(self) -> Running {
        let process = self.spawn();
        let mut running = Running { service: self, process, url: String::new() };
        running.read_url().await;
        running
    }

    fn spawn(&self) -> Process {
        let mut command = leashed(&self.path);
        command.args(&self.arguments).current_dir(self.folder()).env_clear();
        command.envs(env::var_os("PATH").map(|path| ("PATH", path))).envs(self.settings.iter().cloned());
        let process = Process::start_apart(self.name, &mut command, (&self.out(), self.log()), Signal::TERM);
        process.unwrap_or_else(|problem| panic!("{problem}"))
    }

    /// Beside the folder it runs in, which is empty at first.
    fn out(&self) -> PathBuf {
        self.folder.path().with_extension("out")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().with_extension("log")
    }
}

/// A service that serves. It is killed with this value, and with the test; when the test fails, its log is shown.
#[derive(Debug)]
pub struct Running {
    process: Process,
    url: String,
    service: Service,
}

impl Running {
    /// Where it serves, as it has said itself.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it has said on its standard output since it was started last.
    #[must_use]
    pub fn said(&self) -> String {
        fs::read_to_string(self.service.out()).unwrap_or_default()
    }

    /// What it has logged, in all its lives.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.service.log()).unwrap_or_default()
    }

    /// The folder in which it runs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.service.folder()
    }

    /// Asks it for a path.
    ///
    /// # Errors
    ///
    /// When nobody answers, with the reason.
    pub async fn get(&self, path: &str) -> Result<Answer, String> {
        http::get(&format!("{}{path}", self.url)).await
    }

    /// Sends it a body of JSON.
    ///
    /// # Errors
    ///
    /// As for [`Running::get`].
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer, String> {
        http::post(&format!("{}{path}", self.url), body).await
    }

    /// Kills it as `kill -9` does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Asks it to end, by SIGTERM, and waits until it has.
    ///
    /// # Panics
    ///
    /// When it does not end, or not with success, with its log.
    pub async fn stop(&mut self) {
        let status = self.process.stop().await;
        assert!(status.is_some_and(|status| status.success()), "{} was asked to end: {status:?}", self.service.name);
    }

    /// Starts it once more, after [`kill`](Self::kill) or [`stop`](Self::stop): with the same settings, in the same folder.
    ///
    /// # Panics
    ///
    /// As for [`Service::start`].
    pub async fn start_again(&mut self) {
        self.process = self.service.spawn();
        self.read_url().await;
    }

    async fn read_url(&mut self) {
        let (out, name) = (self.service.out(), self.service.name);
        let first = wait::poll(START_LIMIT, || {
            let ended = self.process.ended();
            let said = fs::read_to_string(&out).unwrap_or_default();
            let line = said.split_once('\n').map(|(line, _)| line.to_owned());
            async move { line.map(Ok).or_else(|| ended.then_some(Err(()))) }
        });
        self.url = match first.await {
            Some(Ok(url)) if url.starts_with("http://") => url,
            Some(Ok(line)) => panic!("the first line of {name} is no URL: {line}"),
            Some(Err(())) => panic!("{name} has ended"),
            None => panic!("{name} does not say in {START_LIMIT:?} where it serves"),
        };
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("--- {} said:\n{}{}---", self.service.name, self.said(), self.log());
        }
        self.process.kill();
        for file in [self.service.out(), self.service.log()] {
            let _ = fs::remove_file(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Service, program};

    /// Not a service, but what one looks like from outside.
    fn shell(script: &str) -> Service {
        program("shell", "/bin/sh".into()).argument("-c").argument(script)
    }

    #[tokio::test]
    async fn a_service_says_where_it_serves_and_ends_when_asked() {
        let script =
            "trap 'echo ended >&2; exit 0' TERM; echo begun >&2; echo http://$LISTEN; while :; do sleep 0.01; done";
        let mut service = shell(script).start().await;
        assert_eq!((service.url(), service.said().as_str()), ("http://127.0.0.1:0", "http://127.0.0.1:0\n"));
        service.kill();
        service.start_again().await;
        service.stop().await;
        assert_eq!(service.log(), "begun\nbegun\nended\n");
    }

    #[tokio::test]
    #[should_panic(expected = "shell was asked to end: Some(ExitStatus(unix_wait_status(768)))")]
    async fn a_service_that_ends_without_success_is_told() {
        let script = "trap 'exit 3' TERM; echo http://; while :; do sleep 0.01; done";
        shell(script).start().await.stop().await;
    }

    #[tokio::test]
    #[should_panic(expected = "shell has ended")]
    async fn a_service_that_ends_at_once_is_told() {
        drop(shell("exit 1").start().await);
    }

    #[tokio::test]
    async fn a_service_has_nothing_of_our_environment_and_an_empty_folder() {
        let service = shell("echo http://; env; ls -A; exec sleep 60").setting("NAME", "value").start().await;
        let lines = crate::wait::value("all lines", std::time::Duration::from_secs(10), || {
            let said = service.said();
            async move { (said.lines().count() >= 4).then_some(said) }
        })
        .await;
        let names: Vec<_> =
            lines.lines().skip(1).filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
        assert!(
            names.iter().all(|name| ["PATH", "PWD", "LISTEN", "NAME", "_", "SHLVL", "OLDPWD"].contains(name)),
            "{names:?}"
        );
    }
}
