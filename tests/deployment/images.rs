//! The images: the base ones, and ours.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::engine::Engine;
use crate::{Outcome, Programs, call, progress};

const BASES: [&str; 3] = ["debian:trixie-slim", "rabbitmq:4-management", "postgres:17"];

const NAMES: [&str; 4] = ["workout", "examples/stats_service", "examples/coach_service", "examples/monolith"];

/// Builds the image of the services under this name.
pub(crate) fn build(engine: &Engine, root: &Path, programs: &Programs, image: &str) -> Outcome {
    progress("base images");
    let mut bases = engine.command(&root.join("deploy/offline-images.sh"));
    bases.args(BASES);
    if matches!(programs, Programs::Compiled(_)) {
        bases.arg(compiler(root)?);
    }
    call::shown(&mut bases)?;
    let mut build = engine.docker();
    build.args(["build", "--quiet", "--file", "deploy/Dockerfile", "--tag", image]).current_dir(root);
    match programs {
        Programs::Compiled(profile) => {
            progress("the image of the services, compiled");
            build.arg(format!("--build-arg=PROFILE={profile}"));
        }
        Programs::Built(folder) => {
            progress("the image of the services, with programs that were built outside");
            let binaries = format!("{image}-binaries");
            gather(engine, folder, &binaries)?;
            build.arg(format!("--build-arg=BINARIES={binaries}"));
        }
    }
    call::output(build.arg(".")).map(drop)
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
