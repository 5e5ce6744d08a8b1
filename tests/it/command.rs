//! The command `workout` of this build.

use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;
use std::process::Command;

/// Where it is. It is of another package, which cargo does not build for our tests by itself.
pub(crate) fn path() -> PathBuf {
    let built = Command::new(env!("CARGO")).args(["build", "--quiet", "--package", "workout-cli"]).status().unwrap();
    assert!(built.success());
    let folders = std::env::current_exe().unwrap();
    let folder = folders.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "deps")).unwrap();
    folder.with_file_name(format!("workout{EXE_SUFFIX}"))
}
