//! `workout dlq export`

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use workout_consumer::DeadLetter;
use workout_consumer::dead_letters::End;

use crate::amqp::Amqp;
use crate::dlq::line::Line;
use crate::dlq::list::read;
use crate::dlq::meant::{Meant, QueueName};
use crate::dlq::site::{Site, remind};
use crate::failure::Failure;
use crate::output::say;

/// The arguments of `workout dlq export`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    queue: QueueName,
    /// The file to write, which must not be there yet, or `-` for standard output.
    file: PathBuf,
    #[command(flatten)]
    meant: Meant,
    #[command(flatten)]
    amqp: Amqp,
}

pub(super) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let Arguments { queue, file, meant, amqp } = arguments;
    let filter = meant.filter();
    let mut target = Target::open(&file)?;
    let mut site = Site::open(&amqp, &queue).await?;
    let mut written = Ok(());
    let write = |letter: &DeadLetter| {
        if written.is_ok() {
            written = target.write(letter);
        }
    };
    let report = site.until_asked(|dead, stop| read(dead, filter, stop, write)).await?;
    site.close().await;
    written.and_then(|()| target.to.flush()).map_err(|cause| target.failure(cause))?;
    remind(&report);
    if !target.is_stdout() {
        say(format_args!("{} of {} dead letters are in {}", report.meant, report.waiting, file.display()));
    }
    Ok(ExitCode::from(u8::from(!matches!(report.end, End::Complete))))
}

/// Where the lines go.
struct Target {
    to: Box<dyn Write>,
    path: PathBuf,
}

impl Target {
    /// A file that is there may have been edited: it is not overwritten.
    fn open(path: &Path) -> Result<Self, Failure> {
        let to: Box<dyn Write> = if path.as_os_str() == "-" {
            Box::new(BufWriter::new(io::stdout().lock()))
        } else {
            Box::new(BufWriter::new(File::create_new(path).map_err(|cause| Failure::at(path, cause))?))
        };
        Ok(Self { to, path: path.to_owned() })
    }

    fn write(&mut self, letter: &DeadLetter) -> io::Result<()> {
        serde_json::to_writer(&mut self.to, &Line::of(letter))?;
        self.to.write_all(b"\n")
    }

    fn is_stdout(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    fn failure(&self, cause: io::Error) -> Failure {
        if self.is_stdout() { Failure::from(cause) } else { Failure::at(&self.path, cause) }
    }
}
