//! Verdicts on messages, one a line.

use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use workout_events::schema::golden::Verdict;
use workout_events::{MAX_MESSAGE_BYTES, Registry};

use crate::failure::Failure;
use crate::input::{self, Input, read_line};
use crate::output::Output;
use crate::progress;
use crate::reading::Reading;

/// The arguments of `workout schema validate`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The file to read, or `-` for standard input.
    file: PathBuf,
    /// How the file is laid out.
    #[arg(long, value_enum, default_value_t = Layout::Auto)]
    layout: Layout,
    #[command(flatten)]
    reading: Reading,
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
    let Input { mut from, size } = Input::open(path)?;
    let mut judge = Judge {
        registry: arguments.reading.registry(),
        output: Output::new(),
        progress: if io::stdout().is_terminal() { ProgressBar::hidden() } else { progress::bar(size) },
        lines: 0,
        refused: 0,
    };
    let name = |cause| input::failure(path, cause);

    let mut line = Vec::new();
    let mut more = read_line(&mut from, &mut line).map_err(name)?;
    if is_document(arguments.layout, path, &line, more) {
        if more {
            line.push(b'\n');
        }
        // Two bytes more than any message may have are enough to see that there is one beside the final line end, which
        // belongs to the file and not to the message.
        let room = (MAX_MESSAGE_BYTES + 2).saturating_sub(line.len());
        from.take(room as u64).read_to_end(&mut line).map_err(name)?;
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        judge.verdict(&line)?;
    } else {
        // A file without a single byte is one empty message, and not "nothing wrong".
        judge.verdict(&line)?;
        while more {
            more = read_line(&mut from, &mut line).map_err(name)?;
            if more || !line.is_empty() {
                judge.verdict(&line)?;
            }
        }
    }
    judge.finish()
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
