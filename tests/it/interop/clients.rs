//! The foreign packages, and how a script that uses them is started.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{node, python};
use tempfile::TempDir;
use workout_events::{Registry, schema};

/// From the Python Package Index. `jsonschema` checks the format `date-time` only where `rfc3339-validator` is present.
const PYTHON: &[&str] = &["jsonschema==4.26.0", "rfc3339-validator==0.1.4", "cloudevents==2.2.0", "pika==1.4.4"];

/// From npm.
const NODE: &[&str] = &["ajv@8.20.0", "ajv-formats@3.0.1", "@asyncapi/parser@3.6.3", "amqplib@2.3.1", "pg@8.23.1"];

/// What a Python script of this folder, or with a path of its own, prints.
#[track_caller]
pub(super) fn python<A: AsRef<OsStr>>(script: impl AsRef<Path>, arguments: impl IntoIterator<Item = A>) -> String {
    output(python_command(script).args(arguments))
}

/// A Python script that is to be started.
#[track_caller]
pub(super) fn python_command(script: impl AsRef<Path>) -> Command {
    let mut command = Command::new(python::venv(PYTHON));
    command.arg(path_of(script));
    command
}

/// What a Node.js script of this folder prints.
#[track_caller]
pub(super) fn node<A: AsRef<OsStr>>(script: &str, arguments: impl IntoIterator<Item = A>) -> String {
    output(node_command(script).args(arguments))
}

/// A Node.js script that is to be started.
#[track_caller]
pub(super) fn node_command(script: impl AsRef<Path>) -> Command {
    let mut command = Command::new("node");
    command.env("NODE_PATH", node::modules(NODE)).arg(path_of(script));
    command
}

/// A folder with the files of the contract, as a stranger would find them in our repository.
pub(super) fn exported() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in schema::export(&Registry::workout()) {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn path_of(script: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("it/interop").join(script)
}

#[track_caller]
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
