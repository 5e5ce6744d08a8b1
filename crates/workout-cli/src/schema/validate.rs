//! Verdicts on messages, one a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use workout_events::schema::golden::Verdict;
use workout_events::{Decoder, MAX_MESSAGE_BYTES, Registry};

use crate::failure::Failure;
use crate::output::Output;

/// The arguments of `workout schema validate`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file to read, or `-` for standard input.
    file: PathBuf,
    /// How the file is laid out.
    #[arg(long, value_enum, default_value_t = Layout::Auto)]
    layout: Layout,
    /// Also reads the plain envelope of services that have not moved to `CloudEvents` yet.
    #[arg(long)]
    plain: bool,
    /// Refuses fields that the contract does not know: they may be misspelt.
    #[arg(long)]
    deny_unknown: bool,
}

/// How a file holds its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// By the name (.json, .jsonl, .ndjson), else by the first line.
    Auto,
    /// The whole file is one message.
    Json,
    /// Each line is one message.
    Jsonl,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let path = &arguments.file;
    let is_stdin = path.as_os_str() == "-";
    let (mut input, size): (Box<dyn BufRead>, _) = if is_stdin {
        (Box::new(BufReader::new(io::stdin())), None)
    } else {
        let file = File::open(path).map_err(|cause| Failure::at(path, cause))?;
        let size = file.metadata().map_err(|cause| Failure::at(path, cause))?.len();
        (Box::new(BufReader::with_capacity(64 * 1024, file)), Some(size))
    };
    let mut decoder = Decoder::new();
    if arguments.plain {
        decoder = decoder.accept_plain_envelope();
    }
    if arguments.deny_unknown {
        decoder = decoder.deny_unknown_fields();
    }
    let mut judge = Judge {
        registry: Registry::workout().decoder(decoder),
        output: Output::new(),
        progress: progress(size),
        lines: 0,
        refused: 0,
    };
    let name = |cause| if is_stdin { Failure::from(cause) } else { Failure::at(path, cause) };

    let mut line = Vec::new();
    let mut more = read_line(&mut input, &mut line).map_err(name)?;
    if is_document(arguments.layout, path, &line, more) {
        if more {
            line.push(b'\n');
        }
        // Two bytes more than any message may have are enough to see that there is one beside the final line end, which
        // belongs to the file and not to the message.
        let room = (MAX_MESSAGE_BYTES + 2).saturating_sub(line.len());
        input.take(room as u64).read_to_end(&mut line).map_err(name)?;
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        judge.verdict(&line)?;
    } else {
        // A file without a single byte is one empty message, and not "nothing wrong".
        judge.verdict(&line)?;
        while more {
            more = read_line(&mut input, &mut line).map_err(name)?;
            if more || !line.is_empty() {
                judge.verdict(&line)?;
            }
        }
    }
    judge.finish()
}

/// Reads up to the end of the line, which is left out; what no message may hold is skipped. Says whether a line end was
/// found, so that a file with a final line end has no empty last line.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let limit = MAX_MESSAGE_BYTES + 2;
    input.take(limit as u64).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(true);
    }
    if line.len() < limit {
        return Ok(false);
    }
    input.skip_until(b'\n')?;
    Ok(true)
}

/// Whether the whole file is one message.
fn is_document(layout: Layout, path: &Path, first_line: &[u8], more: bool) -> bool {
    match layout {
        Layout::Json => true,
        Layout::Jsonl => false,
        Layout::Auto => match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => true,
            Some("jsonl" | "ndjson") => false,
            // A line that is the beginning of a value, and not all of it, is the top of a document in several lines.
            _ => more && serde_json::from_slice::<serde_json::Value>(first_line).is_err_and(|error| error.is_eof()),
        },
    }
}

/// A bar where somebody watches and the verdicts go elsewhere.
fn progress(size: Option<u64>) -> ProgressBar {
    match size {
        Some(size) if size > 1024 * 1024 && io::stderr().is_terminal() && !io::stdout().is_terminal() => {
            let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta} {msg}");
            ProgressBar::new(size).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }
        _ => ProgressBar::hidden(),
    }
}

struct Judge {
    registry: Registry,
    output: Output,
    progress: ProgressBar,
    lines: usize,
    refused: usize,
}

impl Judge {
    fn verdict(&mut self, message: &[u8]) -> Result<(), Failure> {
        self.lines += 1;
        let verdict = Verdict::of(&self.registry, self.lines, message);
        if !verdict.ok {
            self.refused += 1;
        }
        self.output.json(&verdict)?;
        self.progress.inc(message.len() as u64 + 1);
        Ok(())
    }

    fn finish(self) -> Result<ExitCode, Failure> {
        self.output.finish()?;
        self.progress.finish_and_clear();
        if io::stderr().is_terminal() {
            eprintln!("{} accepted, {} refused", self.lines - self.refused, self.refused);
        }
        Ok(if self.refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
