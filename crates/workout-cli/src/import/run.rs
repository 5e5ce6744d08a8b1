//! From the file to where its workouts go.

use std::time::Instant;

use stats_store::{StatsStore, StoreError};
use tokio::select;
use workout_events::WorkoutPerformed;
use workout_import::{Compared, Imported, Known};

use crate::amqp::{self, Secret};
use crate::failure::Failure;
use crate::import::Arguments;
use crate::import::report::Report;
use crate::import::sink::{Became, Sink};
use crate::output::say;
use crate::progress;
use crate::signal::Requests;

/// How many workouts are written together: one transaction of a store.
const BATCH: usize = 200;

/// A workout on its way, with what it would count as.
struct Due {
    line: u64,
    data: WorkoutPerformed,
    is_new: bool,
}

/// Imports what was read. The report is true also where the end is a failure.
pub(super) async fn all(arguments: &Arguments, imported: Imported) -> Result<(Report, Result<(), Failure>), Failure> {
    let start = Instant::now();
    let mut report = Report::default();
    for line in &imported.empty_sets {
        report.remark(*line, "a set of which nothing was written down is left out");
    }
    for rejected in &imported.rejected {
        report.reject(rejected.line, &rejected.reason);
    }
    if arguments.strict && report.rejected > 0 {
        report.finish(start);
        say("nothing was imported, because of --strict");
        return Ok((report, Ok(())));
    }
    let mut requests = Requests::listen()?;
    let open = async {
        let store = match &arguments.store {
            Some(url) => Some(open_store(url, arguments.dry_run || arguments.publish.is_some()).await?),
            None => None,
        };
        let sink = sink(arguments, store.as_ref()).await?;
        let known = match &store {
            Some(store) => Some(compare(store, arguments, &imported).await.map_err(store_failure)?),
            None => None,
        };
        Ok::<_, Failure>((store, sink, known))
    };
    let (store, sink, known) = select! {
        opened = open => opened?,
        () = requests.next() => return Err(Failure::new("interrupted before anything was imported")),
    };

    let bar = progress::count(imported.workouts.len() as u64);
    let mut end = Ok(());
    let mut left = imported.workouts;
    while end.is_ok() && !left.is_empty() {
        let batch: Vec<_> = left.drain(..left.len().min(BATCH)).collect();
        let count = batch.len() as u64;
        // What has begun is finished, and then the request is heeded.
        let mut taking = Box::pin(take(batch, known.as_ref(), &sink, &mut report));
        let mut is_asked = false;
        loop {
            select! {
                taken = &mut taking => {
                    end = taken;
                    break;
                }
                () = requests.next(), if !is_asked => is_asked = true,
            }
        }
        drop(taking);
        bar.inc(count);
        if is_asked {
            report.interrupted = true;
            break;
        }
    }
    bar.finish_and_clear();
    if !left.is_empty() {
        let why = if report.interrupted { "interrupted: " } else { "" };
        say(format_args!("{why}{} workouts are left; import again for them", left.len()));
    }
    if end.is_ok() {
        end = sink.finish(arguments.user, arguments.format.format().name(), &report).await;
    }
    if let Some(store) = store {
        store.close().await;
    }
    report.finish(start);
    Ok((report, end))
}

async fn compare(store: &StatsStore, arguments: &Arguments, imported: &Imported) -> Result<Compared, StoreError> {
    let (reader, format) = (store.reader(), arguments.format.format());
    let lifetime = reader.lifetime(arguments.user).await?.value;
    let bar = progress::count(u64::try_from(lifetime.sums.workouts).unwrap_or(0)).with_message("compared");
    let step = |workouts| bar.inc(workouts as u64);
    let compared = Compared::with_store(reader, format, arguments.options(), imported, step).await;
    bar.finish_and_clear();
    compared
}

async fn take(
    batch: Vec<(u64, WorkoutPerformed)>,
    known: Option<&Compared>,
    sink: &Sink,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut due = Vec::new();
    for (line, data) in batch {
        let known = match known {
            Some(store) => store.known(&data).await.map_err(store_failure)?,
            None => Known::Not,
        };
        let is_new = known == Known::Not;
        match known.due(data) {
            Some(data) => due.push(Due { line, data, is_new }),
            None => report.duplicate += 1,
        }
        if let Some(remark) = known.remark() {
            report.remark(line, remark);
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    let mut end = Ok(());
    let workouts = due.iter().map(|due| due.data.clone()).collect();
    for (due, became) in due.into_iter().zip(sink.take(workouts).await?) {
        match became {
            Became::Taken if due.is_new => report.created += 1,
            Became::Taken => report.updated += 1,
            Became::Known => report.duplicate += 1,
            Became::Refused(reason) => report.reject(due.line, &reason),
            Became::Failed(reason) => {
                report.reject(due.line, &reason);
                end = Err(Failure::new(format!("the broker takes nothing any more: {reason}")));
            }
        }
    }
    end
}

async fn sink(arguments: &Arguments, store: Option<&StatsStore>) -> Result<Sink, Failure> {
    match (&arguments.publish, store) {
        _ if arguments.dry_run => Ok(Sink::Nowhere),
        (Some(url), _) if url.0.is_empty() => {
            Err(Failure::new("the URL of the broker is empty: give --publish amqps://user:password@host/vhost"))
        }
        (Some(url), _) => Ok(Sink::broker(amqp::connect(arguments.link.builder(url)).await?)),
        (None, Some(store)) => Ok(Sink::Store(store.writer())),
        (None, None) => Ok(Sink::Nowhere),
    }
}

/// Opens a store, to be written or only read. One that is only read is neither made nor migrated.
pub(crate) async fn open_store(url: &Secret, read_only: bool) -> Result<StatsStore, Failure> {
    if url.0.is_empty() {
        return Err(Failure::new("the URL of the store is empty: give --store sqlite://FILE or postgres://..."));
    }
    let builder = StatsStore::builder(&url.0);
    let store = if read_only { builder.open().await } else { builder.connect().await };
    store.map_err(store_failure)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` calls")]
pub(crate) fn store_failure(error: StoreError) -> Failure {
    Failure::because("store", &error)
}
