//! Running programs so that a signal to us ends them too.

use std::io::{self, IsTerminal};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::Outcome;

/// The process that runs now, or 0.
static CHILD: AtomicI32 = AtomicI32::new(0);

/// The last signal that asked us to end, or 0.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// From here on a signal is passed on to the program that runs, and ends us after it.
pub(crate) fn forward_signals() -> Outcome {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).map_err(|error| format!("signals: {error}"))?;
    thread::spawn(move || {
        for signal in &mut signals {
            SIGNAL.store(signal, Ordering::SeqCst);
            let child = Pid::from_raw(CHILD.load(Ordering::SeqCst));
            if let Some((child, signal)) = child.zip(Signal::from_named_raw(signal)) {
                tell(child, signal);
            }
        }
    });
    Ok(())
}

/// The signal that asked us to end, if one did.
pub(crate) fn signal() -> Option<u8> {
    u8::try_from(SIGNAL.load(Ordering::SeqCst)).ok().filter(|signal| *signal != 0)
}

/// Runs a program to its end, with our standard streams.
pub(crate) fn run(command: &mut Command) -> Outcome<ExitStatus> {
    if !shares_the_terminal() {
        command.process_group(0);
    }
    let mut child = spawn(command)?;
    wait(&mut child)
}

/// Starts a program. While it is the last one started, it gets our signals.
pub(crate) fn spawn(command: &mut Command) -> Outcome<Child> {
    if signal().is_some() {
        return Err("interrupted".to_owned());
    }
    let program = command.get_program().display().to_string();
    let child = command.spawn().map_err(|error| format!("{program} cannot be run: {error}"))?;
    CHILD.store(i32::try_from(child.id()).unwrap_or(0), Ordering::SeqCst);
    Ok(child)
}

/// Waits for the end of a program.
pub(crate) fn wait(child: &mut Child) -> Outcome<ExitStatus> {
    let status = child.wait().map_err(|error| error.to_string());
    CHILD.store(0, Ordering::SeqCst);
    if signal().is_some() { Err("interrupted".to_owned()) } else { status }
}

/// Only the terminal's own process group may use the terminal; what shares it is told of Ctrl-C by the terminal.
fn shares_the_terminal() -> bool {
    io::stdin().is_terminal()
}

fn tell(child: Pid, signal: Signal) {
    // That it has just ended is no fault.
    let _ = if !shares_the_terminal() {
        kill_process_group(child, signal)
    } else if signal == Signal::INT {
        Ok(())
    } else {
        kill_process(child, signal)
    };
}
