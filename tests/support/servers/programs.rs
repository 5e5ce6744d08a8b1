//! Finding programs, also where distributions keep those that are not meant for the shell.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program, looked for in `folders` first, as what stands on `PATH` may be a wrapper, and then on `PATH`.
pub(crate) fn find(program: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).collect::<Vec<_>>();
    folders.iter().chain(&on_path).map(|folder| folder.join(program)).find(|file| is_program(file))
}

/// Whether this command line runs and succeeds; what it says does not matter.
pub(crate) fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let quiet =
        Command::new(program).args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}
