use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use support::{env, wait};
use tempfile::TempDir;

#[test]
fn the_exit_code_is_that_of_the_command() {
    #[track_caller]
    fn check(arguments: &[&str], want: i32) {
        let output = with_servers().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(want), "{output:?}");
    }
    check(&["--", "true"], 0);
    check(&["--", "sh", "-c", "exit 7"], 7);
    check(&["--", "sh", "-c", "kill -KILL $$"], 128 + 9);
    check(&["--", "/there/is/no/such/program"], 2);
    check(&["--rabbitmq"], 2);
    check(&["--unknown", "--", "true"], 2);
    check(&["--help"], 0);
}

#[test]
fn a_server_that_the_environment_names_is_used_as_it_is() {
    let url = "postgres://nobody@nowhere";
    let output = with_servers()
        .env(env::POSTGRES_URL, url)
        .args(["--postgres", "--", "sh", "-c", "echo $WORKOUT_TEST_POSTGRES_URL"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), url);
}

#[test]
fn half_of_a_rabbitmq_is_refused_with_one_line() {
    let output = with_servers().env(env::AMQP_URL, "amqp://x").args(["--rabbitmq", "--", "true"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.lines().count() == 1 && said.contains(env::RABBITMQ_API), "{said}");
}

#[tokio::test]
async fn nothing_stays_behind_after_the_command_has_ended() {
    let run = Run::start(&["--rabbitmq", "--postgres", "--", "sh", "-c", "echo ready; sleep 600 & exit 3"]);
    run.ends_without_a_trace(3).await;
}

#[tokio::test]
async fn nothing_stays_behind_after_a_signal() {
    let run = Run::start(&["--rabbitmq", "--postgres", "--", "sh", "-c", "echo ready; sleep 600"]);
    run.first_line().await;
    run.signal(Signal::TERM);
    run.ends_without_a_trace(128 + 15).await;
}

#[tokio::test]
async fn nothing_stays_behind_after_a_signal_while_a_server_starts() {
    let run = Run::start(&["--rabbitmq", "--hold"]);
    // A server in a container has no files here: there the signal comes when it has started.
    let has_files = || fs::read_dir(run.folder.path()).unwrap().next().is_some();
    let begun = || async { has_files() || !run.output().is_empty() };
    wait::until("the server has files", Duration::from_mins(1), begun).await;
    run.signal(Signal::INT);
    run.ends_without_a_trace(128 + 2).await;
}

#[tokio::test]
async fn held_servers_end_with_the_standard_input() {
    let mut run = Run::start(&["--postgres", "--hold"]);
    let line = run.first_line().await;
    assert!(line.starts_with("WORKOUT_TEST_POSTGRES_URL=postgres://"), "{line}");
    drop(run.child.stdin.take());
    run.ends_without_a_trace(0).await;
}

fn with_servers() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_with-servers"));
    for variable in [env::AMQP_URL, env::RABBITMQ_API, env::POSTGRES_URL] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// A run whose processes all carry the name of its temporary folder in their environment.
struct Run {
    child: Child,
    output: File,
    folder: TempDir,
}

impl Run {
    fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("test-run-").tempdir().unwrap();
        // PostgreSQL runs as another user when the tests run as root, and has to come through.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let output = tempfile::tempfile().unwrap();
        let mut command = with_servers();
        command.args(arguments).env("TMPDIR", folder.path()).env("WORKOUT_TEST_RUN", folder.path());
        let child = command.stdin(Stdio::piped()).stdout(output.try_clone().unwrap()).spawn().unwrap();
        Self { child, output, folder }
    }

    fn output(&self) -> String {
        let mut bytes = [0; 4096];
        let read = self.output.read_at(&mut bytes, 0).unwrap();
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    }

    async fn first_line(&self) -> String {
        wait::value("a line of output", Duration::from_mins(3), || async {
            Some(self.output().split_once('\n')?.0.to_owned())
        })
        .await
    }

    fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        kill_process(id, signal).unwrap();
    }

    async fn ends_without_a_trace(mut self, want: i32) {
        let status = wait::value("with-servers ends", Duration::from_mins(2), || {
            let ended = self.child.try_wait().unwrap();
            async move { ended }
        })
        .await;
        assert_eq!(status.code(), Some(want));
        let files = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
        assert!(files.is_empty(), "{files:?}");
        assert_eq!(self.processes(), Vec::<String>::new());
    }

    /// The command lines of this run's processes, as far as the system lets one see them.
    fn processes(&self) -> Vec<String> {
        let mark = format!("WORKOUT_TEST_RUN={}\0", self.folder.path().display());
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
        let ours = processes.filter(|process| {
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            environment.windows(mark.len()).any(|window| window == mark.as_bytes())
        });
        ours.map(|process| fs::read_to_string(process.join("cmdline")).unwrap_or_default().replace('\0', " ")).collect()
    }
}

/// A test that fails must not leave a server behind.
impl Drop for Run {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.signal(Signal::TERM);
            let _ = self.child.wait();
        }
    }
}
