//! The files of the contract, written to a folder.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use workout_events::{Registry, schema};

use crate::failure::Failure;

pub(super) fn run(out: &Path) -> Result<ExitCode, Failure> {
    let files = schema::export(&Registry::workout());
    for (name, content) in &files {
        let path = out.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|cause| Failure::at(folder, cause))?;
        }
        fs::write(&path, content).map_err(|cause| Failure::at(&path, cause))?;
    }
    eprintln!("wrote {} files to {}", files.len(), out.display());
    Ok(ExitCode::SUCCESS)
}
