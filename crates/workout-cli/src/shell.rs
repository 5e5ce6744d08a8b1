//! What helps in a shell: completions and the manual page.

use std::process::ExitCode;

use clap::Command;

use crate::failure::Failure;
use crate::output::Output;

/// Prints the completions for a shell.
pub(crate) fn completions(shell: clap_complete::Shell, mut command: Command) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "workout", &mut script);
    print(&script)
}

/// Prints the manual: the page of the command, and a section for each subcommand.
pub(crate) fn man(command: Command) -> Result<ExitCode, Failure> {
    let mut page = Vec::new();
    let mut command = command;
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    // The subcommands are sections of this page, and no pages of their own.
    let mut page = String::from_utf8_lossy(&page).replace("workout\\-", "workout ").replace("(1)\n", "\n").into_bytes();
    describe(&command, &mut page)?;
    print(&page)
}

fn describe(command: &Command, page: &mut Vec<u8>) -> Result<(), Failure> {
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let mut long = sub.clone();
        // Control lines of the page language start with a dot; nothing in a help text does.
        let heading = format!(".SH {}\n.nf\n", sub.get_bin_name().unwrap_or(sub.get_name()).to_uppercase());
        page.extend_from_slice(heading.as_bytes());
        page.extend_from_slice(long.render_long_help().to_string().replace('\\', "\\e").replace('-', "\\-").as_bytes());
        page.extend_from_slice(b"\n.fi\n");
        describe(sub, page)?;
    }
    Ok(())
}

fn print(bytes: &[u8]) -> Result<ExitCode, Failure> {
    let mut output = Output::new();
    output.bytes(bytes)?;
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}
