//! Installing what is missing, where that can be done without asking: as root on Debian and its relatives.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::servers::programs;

/// Debian's question "may this service be started?": a program that answers with its exit code.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Whether [`install`] has a chance.
#[must_use]
pub fn can_install() -> bool {
    rustix::process::geteuid().is_root() && programs::find("apt-get", &[]).is_some()
}

/// Installs packages and says so in one line first. Nothing is removed for that, and no service is started on its default port by that.
///
/// Blocks on purpose, and shields apt from the terminal's Ctrl-C: an installation cut in the middle needs a repair.
///
/// # Errors
///
/// What apt complains about.
pub fn install(packages: &[&str]) -> Result<(), String> {
    eprintln!("with-servers: installing {} with apt-get (this takes a minute or two, once)", packages.join(", "));
    let _policy = NoServices::put_in_place().map_err(|error| format!("{POLICY}: {error}"))?;
    apt_get(&["update"])?;
    apt_get(&[&["install", "--yes", "--no-remove", "--no-install-recommends"], packages].concat())
}

fn apt_get(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("apt-get")
        .args(["--quiet", "--quiet", "--option", "DPkg::Lock::Timeout=300"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .process_group(0)
        .output()
        .map_err(|error| format!("apt-get: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said.lines().rev().find(|line| line.starts_with("E:")).unwrap_or("it gave no reason").to_owned();
    Err(format!("`apt-get {}` failed: {reason}", arguments.join(" ")))
}

/// Forbids packages to start services while this value lives, and then restores what was there.
struct NoServices {
    before: Option<(Vec<u8>, Permissions)>,
}

impl NoServices {
    fn put_in_place() -> io::Result<Self> {
        let before = match fs::read(POLICY) {
            Ok(bytes) => Some((bytes, fs::metadata(POLICY)?.permissions())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let this = Self { before };
        write(b"#!/bin/sh\nexit 101\n", Permissions::from_mode(0o755))?;
        Ok(this)
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        let restored = match self.before.take() {
            Some((bytes, permissions)) => write(&bytes, permissions),
            None => fs::remove_file(POLICY),
        };
        if let Err(error) = restored {
            eprintln!("with-servers: {POLICY} is not as it was before: {error}");
        }
    }
}

fn write(bytes: &[u8], permissions: Permissions) -> io::Result<()> {
    let path = Path::new(POLICY);
    fs::write(path, bytes)?;
    fs::set_permissions(path, permissions)
}
