//! Folders under the target folder that are made once and shared by every test process.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Stands in a folder that is complete.
const COMPLETE: &str = ".complete";

/// The folder for this kind and list, which `fill` fills if no process has done so before.
///
/// A lock and a mark of completeness, not a rename at the end: virtual environments hold their own absolute path.
#[track_caller]
pub(crate) fn folder(kind: &str, packages: &[&str], fill: impl FnOnce(&Path) -> Result<(), String>) -> PathBuf {
    make(kind, packages, fill).unwrap_or_else(|problem| panic!("no {kind} with {packages:?}: {problem}"))
}

fn make(kind: &str, packages: &[&str], fill: impl FnOnce(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
    let said = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| format!("{path}: {error}")
    };
    let root = target_folder().join("interop");
    fs::create_dir_all(&root).map_err(said(&root))?;

    let mut key = DefaultHasher::new();
    packages.hash(&mut key);
    let folder = root.join(format!("{kind}-{:016x}", key.finish()));

    let lock_path = folder.with_extension("lock");
    let lock = File::create(&lock_path).map_err(said(&lock_path))?;
    // The system releases the lock of a process that dies.
    lock.lock().map_err(said(&lock_path))?;
    if folder.join(COMPLETE).exists() {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(said(&folder))?;
    }
    fs::create_dir(&folder).map_err(said(&folder))?;
    fill(&folder)?;
    File::create(folder.join(COMPLETE)).map_err(said(&folder))?;
    Ok(folder)
}

/// Runs a command to its end; a failure is told with what the command said.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("`{program}`: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{program}` failed ({}):\n{}", output.status, said.trim()))
}

/// The folder in which cargo built this test, wherever the configuration has put it.
fn target_folder() -> PathBuf {
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    let built = env::current_exe().ok().and_then(|exe| exe.ancestors().find(marked).map(Path::to_path_buf));
    built.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target"))
}
