//! Processes and what they have started, as the kernel has them. Elsewhere than on Linux nobody is found.

use std::fs;

use rustix::process::Pid;

/// The processes whose parent this one is.
pub(crate) fn children_of(parent: u32) -> Vec<Pid> {
    let parent = parent.to_string();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name before it may contain anything, parentheses too.
            let (_, after_name) = stat.rsplit_once(')')?;
            let its_parent = after_name.split_whitespace().nth(1)?;
            if its_parent == parent { Pid::from_raw(id) } else { None }
        })
        .collect()
}
