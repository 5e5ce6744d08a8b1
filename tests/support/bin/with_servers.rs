//! Runs a command with the servers that the tests need, and stops them when the command has ended.
//!
//! `with-servers --help` tells the rest.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line program")]

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, exit};
use std::thread;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use support::servers::{Need, Servers, adopt_orphans, end_orphans, provide};
use tokio::process::{Child, Command};
use tokio::runtime;
use tokio::signal::unix::{self, SignalKind};
use tokio::sync::oneshot;

const HELP: &str = "\
Runs COMMAND with servers for the tests and stops them when it has ended.

Usage: with-servers [NEEDS] -- COMMAND...   exits as COMMAND does
       with-servers [NEEDS] --hold          prints the settings, one NAME=value a line and then an empty line,
                                            and holds the servers until its standard input ends

Needs:
  --rabbitmq   sets WORKOUT_TEST_AMQP_URL and WORKOUT_TEST_RABBITMQ_API, or uses them if they are set
  --postgres   sets WORKOUT_TEST_POSTGRES_URL, or uses it if it is set
  --python     Python 3 with venv and pip
  --node       Node.js with npm
  --browser    Chromium with chromedriver

A server comes from a Docker engine that has its image, or from programs on this machine, which as root on Debian are
installed when they are missing. Exit code 2: a need cannot be met.";

/// A wrong call, or a need that cannot be met.
const UNMET: i32 = 2;

fn main() {
    let code = match Request::parse(env::args_os().skip(1)) {
        Ok(Some(request)) => run(request),
        Ok(None) => {
            println!("{HELP}");
            0
        }
        Err(problem) => complain(&format!("{problem} (see with-servers --help)")),
    };
    exit(code)
}

fn complain(problem: &str) -> i32 {
    eprintln!("with-servers: {problem}");
    UNMET
}

struct Request {
    needs: Vec<Need>,
    work: Work,
}

enum Work {
    Run { program: OsString, arguments: Vec<OsString> },
    Hold,
}

impl Request {
    /// `None` where help is asked for.
    fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Option<Self>, String> {
        let mut needs = Vec::new();
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("--rabbitmq") => needs.push(Need::RabbitMq),
                Some("--postgres") => needs.push(Need::Postgres),
                Some("--python") => needs.push(Need::Python),
                Some("--node") => needs.push(Need::Node),
                Some("--browser") => needs.push(Need::Browser),
                Some("--hold") => {
                    return Ok(Some(Self { needs, work: Work::Hold }));
                }
                Some("--help" | "-h") => return Ok(None),
                Some("--") => {
                    let program = arguments.next().ok_or("there is no COMMAND after `--`")?;
                    return Ok(Some(Self { needs, work: Work::Run { program, arguments: arguments.collect() } }));
                }
                _ => return Err(format!("unknown argument {}", argument.display())),
            }
        }
        Err("neither `-- COMMAND...` nor `--hold` is given".to_owned())
    }
}

fn run(request: Request) -> i32 {
    adopt_orphans();
    let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error.to_string()),
    };
    let code = runtime.block_on(supervise(request));
    end_orphans();
    code
}

async fn supervise(request: Request) -> i32 {
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => return complain(&format!("signals: {error}")),
    };
    let provided = tokio::select! {
        provided = provide(&request.needs) => provided,
        signal = signals.next() => return code_of(signal),
    };
    let servers = match provided {
        Ok(servers) => servers,
        Err(problem) => return complain(&problem),
    };
    let code = match request.work {
        Work::Run { program, arguments } => command(&program, &arguments, &servers, &mut signals).await,
        Work::Hold => hold(&servers, &mut signals).await,
    };
    servers.stop().await;
    code
}

async fn command(program: &OsStr, arguments: &[OsString], servers: &Servers, signals: &mut Signals) -> i32 {
    let mut command = Command::new(program);
    command.args(arguments).envs(servers.settings().iter().map(|(name, value)| (name, value)));
    let audience = Audience::choose();
    if audience == Audience::Group {
        command.process_group(0);
    }
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return complain(&format!("{} cannot be run: {error}", program.display())),
    };
    loop {
        tokio::select! {
            ended = child.wait() => return ended.map_or_else(|error| complain(&error.to_string()), exit_code),
            signal = signals.next() => audience.tell(&child, signal),
        }
    }
}

async fn hold(servers: &Servers, signals: &mut Signals) -> i32 {
    if print(servers).is_err() {
        return 0; // Whoever has asked is gone.
    }
    let (ended, end) = oneshot::channel();
    // A thread, because a read of the standard input cannot be cancelled, and must not keep the runtime from ending.
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = ended.send(());
    });
    tokio::select! {
        _ = end => 0,
        signal = signals.next() => code_of(signal),
    }
}

fn print(servers: &Servers) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (name, value) in servers.settings() {
        writeln!(out, "{name}={value}")?;
    }
    writeln!(out)?;
    out.flush()
}

/// Who hears a signal that reaches us.
#[derive(Clone, Copy, PartialEq)]
enum Audience {
    /// The command and all that it has started: it is in a process group of its own.
    Group,
    /// The command alone. It shares our group, because only the terminal's own group may use the terminal, and so the
    /// terminal has sent it Ctrl-C already.
    Command,
}

impl Audience {
    fn choose() -> Self {
        if io::stdin().is_terminal() { Self::Command } else { Self::Group }
    }

    fn tell(self, child: &Child, signal: Signal) {
        let Some(id) = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) else {
            return;
        };
        // That it has just ended is no fault.
        let _ = match self {
            Self::Group => kill_process_group(id, signal),
            Self::Command if signal == Signal::INT => Ok(()),
            Self::Command => kill_process(id, signal),
        };
    }
}

/// The signals that ask us to end.
struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
            hang_up: unix::signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.hang_up.recv() => Signal::HUP,
        }
    }
}

/// What a shell makes of a program that a signal has ended.
fn code_of(signal: Signal) -> i32 {
    128 + signal.as_raw()
}

fn exit_code(status: ExitStatus) -> i32 {
    status.code().or_else(|| Some(128 + status.signal()?)).unwrap_or(1)
}
