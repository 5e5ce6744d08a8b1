//! Node.js with packages from npm, for tests of what other languages make of our schemas and events.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::cache;

/// A `node_modules` folder that has exactly these packages, each with its version: `&["ajv@8.20.0"]`.
///
/// Start `node` with the variable `NODE_PATH` set to it, and `require` finds the packages; `import` looks only beside
/// the importing file. The folder is kept under the target folder, one for each list. npm takes its settings from its
/// own configuration and environment.
///
/// # Panics
///
/// When the packages cannot be installed, with what npm said.
#[must_use]
#[track_caller]
pub fn modules(packages: &[&str]) -> PathBuf {
    let folder = cache::folder("node", packages, |folder| {
        // With a package.json of its own, npm does not look for one in the folders above.
        fs::write(folder.join("package.json"), "{ \"private\": true }\n").map_err(|error| error.to_string())?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
        cache::run(npm.args(packages).current_dir(folder))
    });
    folder.join("node_modules")
}
