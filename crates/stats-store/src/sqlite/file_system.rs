//! What kind of file system a file is on, where the machine says so.

use std::fs;
use std::path::{Path, PathBuf};

use crate::risk::Risk;

/// Those of other machines. The locks of most of them, and the shared memory of all, do not do what SQLite needs.
const NETWORK: [&str; 12] =
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "beegfs", "ceph", "fuse.glusterfs", "fuse.sshfs", "lustre"];

/// The kind, as Linux names it. Other systems do not say it in a file.
pub(super) fn of(file: &Path) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    // A file that is not there yet will be where its folder is.
    let place = file.canonicalize().or_else(|_| folder(file).canonicalize()).ok()?;
    kind(&mounts, &place)
}

pub(super) fn risk(kind: &str) -> Option<Risk> {
    match kind {
        "tmpfs" | "ramfs" => Some(Risk::MemoryFile),
        "overlay" | "aufs" => Some(Risk::ContainerFile),
        kind if NETWORK.contains(&kind) => Some(Risk::NetworkFile),
        _ => None,
    }
}

fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => ".".into(),
    }
}

/// The mount with the longest path above the file; of several on one path the last, which hides the others.
fn kind(mounts: &str, place: &Path) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let path = before.split(' ').nth(4)?.replace("\\040", " ");
        place.starts_with(&path).then(|| (path.len(), after.split(' ').next()))
    });
    mounts.max_by_key(|(length, _)| *length)?.1.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
25 22 0:22 / /tmp rw shared:5 - tmpfs tmpfs rw
30 22 0:40 / /mnt/our\\040files rw - nfs4 server:/files rw
31 22 0:41 / /mnt rw shared:7 - ext4 /dev/sdb1 rw
32 22 0:42 / /data rw - ext4 /dev/sdc1 rw
33 32 0:43 / /data rw - overlay overlay rw
";

    #[test]
    fn the_nearest_mount_decides() {
        #[track_caller]
        fn check(place: &str, want: Option<Risk>) {
            assert_eq!(kind(MOUNTS, Path::new(place)).and_then(|kind| risk(&kind)), want);
        }
        check("/var/lib/stats.db", None);
        check("/tmp/stats.db", Some(Risk::MemoryFile));
        check("/tmpfs/stats.db", None);
        check("/mnt/our files/stats.db", Some(Risk::NetworkFile));
        check("/mnt/stats.db", None);
        check("/data/stats.db", Some(Risk::ContainerFile));
    }
}
