//! Calling other programs.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::Outcome;

/// What a program prints, if it succeeds; else the last lines of what it complained about.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let (name, output) = finish(command, None)?;
    success(&name, &output)
}

/// Runs a program that says itself how far it is.
pub(crate) fn shown(command: &mut Command) -> Outcome {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.stdin(Stdio::null()).status().map_err(|error| format!("`{name}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{status} of `{name}`")) }
}

/// What a program prints that has something to read.
pub(crate) fn fed(command: &mut Command, input: &str) -> Outcome<String> {
    let (name, output) = finish(command, Some(input))?;
    success(&name, &output)
}

fn finish(command: &mut Command, input: Option<&str>) -> Outcome<(String, Output)> {
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    let name = format!("{} {}", command.get_program().to_string_lossy(), arguments.join(" "));
    let failed = |error: std::io::Error| format!("`{name}`: {error}");
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child = command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(&failed)?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        // Who does not want to read it says so by its exit code.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    Ok((name, output))
}

fn success(name: &str, output: &Output) -> Outcome<String> {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    if output.status.success() {
        return Ok(out);
    }
    let said = format!("{out}{err}");
    let lines: Vec<_> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines[lines.len().saturating_sub(15)..].join("\n  ");
    Err(format!("{} of `{name}`\n  {last}", output.status))
}
