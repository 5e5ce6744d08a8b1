//! Processes whose parent has ended before them.
//!
//! A server's helper, or what a killed test runner has left running, becomes a child of ours, because we say so to the
//! kernel, and so it can be ended without guessing by names.

#[cfg(target_os = "linux")]
mod linux {
    use std::process;
    use std::time::Duration;

    use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, wait};

    use crate::servers::family::children_of;
    use crate::wait::poll_blocking;

    pub(super) fn adopt() {
        // Refused only by kernels older than 3.4, where orphans stay orphans.
        let _ = set_child_subreaper(Some(getpid()));
    }

    pub(super) fn end() {
        let limit = Duration::from_secs(5);
        // The end of one child makes its children ours: it takes as many rounds as the family has generations.
        let ended = poll_blocking(limit, || {
            for child in children() {
                let _ = kill_process(child, Signal::KILL);
            }
            while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
            children().is_empty().then_some(())
        });
        if ended.is_none() {
            eprintln!("with-servers: processes stay behind: {:?}", children());
        }
    }

    fn children() -> Vec<Pid> {
        children_of(process::id())
    }
}

/// Makes this process the parent of every orphan among its descendants. Does nothing where the system cannot do that.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    linux::adopt();
}

/// Ends every child of this process and every child of theirs. Only for the very end: nobody else gets to wait for them.
pub fn end_orphans() {
    #[cfg(target_os = "linux")]
    linux::end();
}
