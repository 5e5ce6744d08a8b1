//! `workout import`

mod report;
mod run;
mod sink;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use workout_events::{UserId, ZoneName};
use workout_import::{DistanceUnit, Format, Imported, Options, Units, WeightUnit};

use crate::amqp::{self, Link, Secret};
use crate::failure::Failure;
use crate::input::Input;
use crate::output::Output;
use crate::progress;

pub(crate) use run::{open_store, store_failure};

/// The arguments of `workout import`.
#[derive(Debug, Args)]
#[command(after_help = "\
A workout of the file is named by user, app, title and start, so importing twice changes nothing:

  created    it was not known
  updated    it was, and the file says something else: that is its next revision
  duplicate  it says what is known, or what was known before somebody edited or deleted it
  rejected   a line of it cannot be read, or it would break the contract of events

Rejected workouts are told with line and reason, and harm no other; with --strict nothing is imported then.

With --store the workouts are written there. With --publish they go to a broker, and --store, if given, is only \
read. Without a store --publish cannot know what was there before: it sends first revisions. Stores take one that \
they have as a duplicate, and put one that differs into quarantine as a conflict; give --store to send corrections. \
Ctrl-C ends after what is under way: import again, and the rest follows.

Strong's files may not say their units: --weight and --distance do. Where a file does, they are ignored.

Examples:
  workout import hevy workouts.csv --user $U --zone Europe/Berlin --store sqlite://stats.db
  workout import strong strong.csv --user $U --zone America/New_York --weight lb --distance mi --dry-run
  workout import hevy - --user $U --zone Asia/Tokyo --publish amqps://importer@rabbitmq.example.org/%2f \\
    --password-file secret --store postgres://reader@localhost/stats < workouts.csv

The report with --json:
  {\"created\":12,\"updated\":1,\"duplicate\":3,\"rejected\":1,\"rejections\":[{\"line\":17,\"reason\":\"reps is not a \
number\"}],\"remarks\":[],\"interrupted\":false,\"seconds\":0.412}

Exit codes: 0 every workout is there, 1 one or more are not, 2 the file, the store or the broker cannot be used.")]
pub(crate) struct Arguments {
    /// The app that has exported the file.
    format: App,
    /// The file, or `-` for standard input.
    file: PathBuf,
    /// Whose workouts they are: a UUID.
    #[arg(long, value_name = "UUID")]
    user: UserId,
    /// The zone whose time the file shows, such as Europe/Berlin.
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    zone: ZoneName,
    /// The unit of weights that the file does not name.
    #[arg(long, value_name = "kg|lb", default_value = "kg", value_parser = weight)]
    weight: WeightUnit,
    /// The unit of distances that the file does not name.
    #[arg(long, value_name = "km|mi", default_value = "km", value_parser = distance)]
    distance: DistanceUnit,
    /// The store to write to, or with --publish to look at: `postgres://...` or `sqlite://FILE`.
    #[arg(long, value_name = "URL", env = "WORKOUT_STORE", hide_env_values = true)]
    store: Option<Secret>,
    /// Publishes the workouts instead: `amqps://user:password@host/vhost`.
    #[arg(long, value_name = "AMQP")]
    publish: Option<Secret>,
    /// Says what would be done, and does nothing.
    #[arg(long)]
    dry_run: bool,
    /// Imports nothing if anything is rejected.
    #[arg(long)]
    strict: bool,
    /// Prints the report as one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    link: Link,
}

/// An app whose files are known.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum App {
    /// The CSV export of Hevy.
    Hevy,
    /// The CSV export of Strong, of iOS or Android.
    Strong,
}

impl App {
    pub(crate) fn format(self) -> Format {
        match self {
            Self::Hevy => Format::Hevy,
            Self::Strong => Format::Strong,
        }
    }
}

impl Arguments {
    fn options(&self) -> Options {
        Options::new(self.user, self.zone).units(Units { weight: self.weight, distance: self.distance })
    }

    fn read(&self) -> Result<Imported, Failure> {
        let Input { from, size } = Input::open(&self.file)?;
        let bar = progress::bar(size);
        let imported = self.format.format().read(bar.wrap_read(from), &self.options());
        bar.finish_and_clear();
        imported.map_err(|error| Failure::because(&self.file.display().to_string(), &error))
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.store.is_none() && arguments.publish.is_none() && !arguments.dry_run {
        return Err(Failure::new("nowhere to import to: give --store URL or --publish URL, or --dry-run to look only"));
    }
    // What is wrong with a file is said before a store or a broker is asked for anything.
    let imported = arguments.read()?;
    let (report, end) = amqp::run(run::all(arguments, imported))?;

    let code = ExitCode::from(u8::from(!report.is_complete()));
    let mut output = Output::new();
    let print = if arguments.json { output.json(&report) } else { output.line(report.text(arguments.dry_run)) };
    match print.and_then(|()| output.finish()).map_err(Failure::from) {
        // Whoever asks for the exit code and not for the report still gets the truth.
        Err(failure) if !failure.is_closed_pipe() => return Err(failure),
        Err(_) | Ok(()) => {}
    }
    end.map(|()| code)
}

/// Names what is wrong, which the contract only calls by a code.
pub(crate) fn zone(name: &str) -> Result<ZoneName, String> {
    ZoneName::new(name).map_err(|_| "it has to be a name of the IANA database such as Europe/Berlin".to_owned())
}

pub(crate) fn weight(name: &str) -> Result<WeightUnit, &'static str> {
    name.parse()
}

pub(crate) fn distance(name: &str) -> Result<DistanceUnit, &'static str> {
    name.parse()
}
