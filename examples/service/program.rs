//! A service as a program: what it is called, what can be set, how it ends.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use clap::{Arg, ArgAction, Command};

use super::logs;
use super::setting::{Kind, Setting};
use super::settings::{Settings, WrongSetting};

/// Why a service ended that should not have.
pub type Failure = Box<dyn Error + Send + Sync>;

/// A service as a program.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// As it is called.
    pub name: &'static str,
    /// What it does, in a sentence or some.
    pub about: &'static str,
    /// What can be set.
    pub settings: &'static [Setting],
}

impl Program {
    /// Reads the settings, starts the logs, and runs the service to its end.
    ///
    /// Ends with 2 where settings are wrong, which nothing but a person can mend, and with 1 where anything else is.
    pub async fn run<F>(self, service: impl FnOnce(Settings) -> F) -> ExitCode
    where
        F: Future<Output = Result<(), Failure>>,
    {
        // Prints help, and what is wrong with flags, by itself.
        let flags = self.command().get_matches();
        let settings = match Settings::read(self.settings, &flags) {
            Ok(settings) => settings,
            Err(wrong) => return self.fail(&wrong),
        };
        if flags.get_flag("print-config") {
            print(&settings.to_string());
            return ExitCode::SUCCESS;
        }
        logs::start();
        match service(settings).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => self.fail(&*error),
        }
    }

    fn fail(self, error: &(dyn Error + 'static)) -> ExitCode {
        let line = format!("{}: {}\n", self.name, logs::with_causes(error));
        // There is nobody left to tell when this fails.
        let _ = std::io::stderr().write_all(line.as_bytes());
        if error.is::<WrongSetting>() { ExitCode::from(2) } else { ExitCode::FAILURE }
    }

    fn command(self) -> Command {
        let settings = self.settings.iter().map(argument);
        Command::new(self.name)
            .about(self.about)
            .version(env!("CARGO_PKG_VERSION"))
            .after_help(
                "What no flag says is looked for in the environment, then in the file of settings (TOML, with the names in \
                 lower case: `listen = \"127.0.0.1:8080\"`).",
            )
            .args(settings)
            .arg(Arg::new("config").long("config").value_name("FILE").help("A file of settings [env: CONFIG]"))
            .arg(
                Arg::new("print-config")
                    .long("print-config")
                    .action(ArgAction::SetTrue)
                    .help("Print what is set and where it was said, without secrets, and end"),
            )
    }
}

fn argument(setting: &Setting) -> Arg {
    let (flag, variable) = (setting.flag(), setting.variable());
    let known = match setting.kind {
        Kind::Secret => format!("{} [env: {variable}, or {variable}_FILE for a file that has it]", setting.help),
        Kind::Switch => format!("{} [env: {variable}=yes]", setting.help),
        Kind::Text(_) => format!("{} [env: {variable}]", setting.help),
    };
    let help = setting.default.map_or_else(|| known.clone(), |value| format!("{known} [default: {value}]"));
    let argument = Arg::new(flag.clone()).long(flag).help(help);
    match setting.kind {
        Kind::Switch => argument.action(ArgAction::SetTrue),
        Kind::Text(value) => argument.value_name(value),
        Kind::Secret => argument.value_name("FILE"),
    }
}

/// Tells where the service answers, as the first line of standard output: for people, and for programs that started it.
pub fn tell_url(url: &str) {
    print(&format!("{url}\n"));
}

/// At once, also into a pipe; and nothing breaks when nobody reads it.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
