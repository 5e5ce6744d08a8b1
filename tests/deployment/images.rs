//! The images: the base ones, and ours.

use std::fs;
use std::path::Path;
use std::process::Command;

use support::debian;

use crate::engine::Engine;
use crate::{Outcome, Programs, call, progress};

const BASES: [&str; 3] = ["debian:trixie-slim", "rabbitmq:4-management", "postgres:17"];

const NAMES: [&str; 4] = ["workout", "examples/stats_service", "examples/coach_service", "examples/monolith"];

/// The image of the services, which is removed with this value.
pub(crate) struct Image<'e> {
    engine: &'e Engine,
    name: String,
}

impl<'e> Image<'e> {
    /// Builds it.
    pub(crate) fn build(engine: &'e Engine, root: &Path, programs: &Programs) -> Outcome<Self> {
        progress("base images");
        let mut bases: Vec<_> = BASES.map(str::to_owned).into();
        if matches!(programs, Programs::Compiled(_)) {
            bases.push(compiler(root)?);
        }
        provide(engine, root, &bases)?;
        let image = Self { engine, name: format!("workout-services:trial-{}", std::process::id()) };
        let mut build = engine.docker();
        build.args(["build", "--quiet", "--file", "deploy/Dockerfile", "--tag", &image.name]).current_dir(root);
        if engine.is_ours() {
            // It has no network of its own to build in.
            build.args(["--network", "host"]);
        }
        match programs {
            Programs::Compiled(profile) => {
                progress("the image of the services, compiled");
                build.arg(format!("--build-arg=PROFILE={profile}"));
            }
            Programs::Built(folder) => {
                progress("the image of the services, with programs that were built outside");
                let binaries = image.binaries();
                gather(engine, folder, &binaries)?;
                build.arg(format!("--build-arg=BINARIES={binaries}"));
            }
        }
        call::output(build.arg("."))?;
        Ok(image)
    }

    /// How the engine calls it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn binaries(&self) -> String {
        format!("{}-binaries", self.name)
    }
}

impl Drop for Image<'_> {
    fn drop(&mut self) {
        for image in [&self.name, &self.binaries()] {
            // Only one of the two ways to build makes the second, and one that failed makes none.
            let _ = call::output(self.engine.docker().args(["image", "rm", image]));
        }
    }
}

/// Sees to it that the engine has these images. Stand-ins have the names of the real ones, and therefore come into an
/// engine of our own only: in any other they would be taken for those.
fn provide(engine: &Engine, root: &Path, images: &[String]) -> Outcome {
    let mut missing = Vec::new();
    for image in images {
        if call::output(engine.docker().args(["image", "inspect", image])).is_ok() {
            continue;
        }
        match call::output(engine.docker().args(["pull", "--quiet", image])) {
            Ok(_) => {}
            Err(_) if engine.is_ours() => missing.push(image),
            Err(problem) => return Err(problem),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    if call::output(Command::new("debootstrap").arg("--version")).is_err() {
        debian::install(&["debootstrap"])?;
    }
    call::shown(engine.command(&root.join("deploy/offline-images.sh")).arg("--yes").args(missing))
}

/// The image that compiles, as the Dockerfile names it.
fn compiler(root: &Path) -> Outcome<String> {
    let file = fs::read_to_string(root.join("deploy/Dockerfile")).map_err(|error| error.to_string())?;
    let from = file.lines().find_map(|line| line.strip_prefix("FROM rust:")?.split(' ').next());
    from.map(|tag| format!("rust:{tag}")).ok_or_else(|| "the Dockerfile is not built from an image of Rust".to_owned())
}

/// An image with the programs where the last stage of the Dockerfile looks for them.
fn gather(engine: &Engine, folder: &Path, image: &str) -> Outcome {
    let tree = engine.folder().join("tree");
    let (bin, certs) = (tree.join("out/bin"), tree.join("out/certs"));
    for folder in [&bin, &certs] {
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    let mut install = Command::new("install");
    call::output(install.arg("--strip").args(NAMES.map(|name| folder.join(name))).arg(&bin))?;
    let authorities = Path::new("/etc/ssl/certs/ca-certificates.crt");
    if authorities.exists() {
        fs::copy(authorities, certs.join("ca-certificates.crt")).map_err(|error| error.to_string())?;
    }
    let archive = engine.folder().join("tree.tar");
    call::output(
        Command::new("tar").arg("--create").arg("--file").arg(&archive).arg("--directory").arg(&tree).arg("out"),
    )?;
    call::output(engine.docker().arg("import").arg(&archive).arg(image))?;
    fs::remove_file(archive).map_err(|error| error.to_string())
}
