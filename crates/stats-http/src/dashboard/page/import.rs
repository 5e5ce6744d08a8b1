//! A file of another app, from a look into it to its workouts in the store.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use stats_store::{Effect, Fact, StatsWriter, StoreError};
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use uuid::Uuid;
use workout_events::{Event, WorkoutPerformed, ZoneName};
use workout_import::{Compared, DistanceUnit, Format, Imported, Known, Options, Units, WeightUnit};

use super::transfer;
use crate::dashboard::format::grouped;
use crate::dashboard::frame::{Page, message, of_user};
use crate::dashboard::own::Own;
use crate::dashboard::upload::Upload;
use crate::dashboard::visit::{Failure, Visit};
use crate::limit::{AGAIN_S, Client, Full, Place};

/// Who says of events that they come from a file.
const SOURCE: &str = "/workout-import";

/// How many workouts are written together: one transaction of a store.
const BATCH: usize = 200;

/// How many people send, look into or write a file at a time, each of them one: a file of 8 MiB takes several times as much memory
/// when it is read, and what the store is asked about it would keep the store from others.
const AT_A_TIME: usize = 4;

/// How long a file may take to arrive: it has a place meanwhile.
const SENT_WITHIN: Duration = Duration::from_mins(1);

/// How long it may take to write what is in it: less than its page may take, so that somebody is told.
const WRITTEN_WITHIN: Duration = Duration::from_secs(100);

/// How many lines are told.
const TOLD: usize = 200;

/// What becomes of the workouts of a file, or would.
#[derive(Debug, Default)]
struct Report {
    created: usize,
    updated: usize,
    duplicate: usize,
    /// Line and reason.
    rejected: Vec<(u64, String)>,
    remarks: Vec<(u64, String)>,
}

/// Looks into a file and writes nothing.
pub(in crate::dashboard) async fn preview(own: Own, form: Multipart) -> Response {
    let visit = &own.visit;
    // Before anything of the file is read.
    let place = match place(visit) {
        Ok(place) => place,
        Err(full) => return busy(visit, full),
    };
    let late = || Err("The file took too long to arrive. Try again where the connection is better.".to_owned());
    let upload = match timeout(SENT_WITHIN, read(visit, form)).await.unwrap_or_else(|_| late()) {
        Ok(upload) => Arc::new(upload),
        Err(what) => return refuse(visit, &what).await,
    };
    let report = match become_of(&own, &upload, None, &place).await {
        Ok(Ok(report)) => report,
        Ok(Err(what)) => return refuse(visit, &format!("This file cannot be imported: {what}.")).await,
        Err(failed) => return visit.site.fail(&Failure::Store(failed)),
    };
    visit.board.uploads.keep(Arc::clone(&upload));
    of_user(visit, &page(visit, &report, &upload, true)).into_response()
}

/// Writes what is in it.
pub(in crate::dashboard) async fn confirm(own: Own) -> Response {
    let visit = &own.visit;
    let place = match place(visit) {
        Ok(place) => place,
        Err(full) => return busy(visit, full),
    };
    let id = visit.parameter::<Uuid>("upload").ok();
    let Some(upload) = id.and_then(|id| visit.board.uploads.take(visit.user, id)) else {
        return refuse(visit, GONE).await;
    };
    // Not here: whoever presses the button twice makes the browser give up the first request, and with it what it does.
    let written = tokio::spawn(write(own.clone(), upload.clone(), place));
    match written.await.unwrap_or_else(|failed| Err(StoreError::other(failed))) {
        Ok(Ok(report)) => of_user(visit, &page(visit, &report, &upload, false)).into_response(),
        Ok(Err(what)) => refuse(visit, &format!("This file cannot be imported: {what}.")).await,
        Err(failed) => visit.site.fail(&Failure::Unwritten(failed)),
    }
}

/// Writes what is in a file, or keeps the file for another try.
async fn write(own: Own, upload: Arc<Upload>, place: Arc<Place>) -> Result<Result<Report, String>, StoreError> {
    let done = timeout(WRITTEN_WITHIN, become_of(&own, &upload, Some(&own.writer), &place)).await;
    let done = done.unwrap_or_else(|late| Err(StoreError::other(late)));
    let board = &own.visit.board;
    match &done {
        Ok(Ok(_)) => board.live.wake(own.visit.user),
        Ok(Err(_)) => {}
        Err(_) => board.uploads.keep(upload),
    }
    done
}

/// Why there is no file to say yes to.
const GONE: &str = "The file is not here any more. Either it was imported, as your workouts would show, or it has waited for longer \
                    than a quarter of an hour, or it was sent to another instance of this service, or before this one began \
                    anew. Choose it again: what is known already is not imported twice.";

/// The right to work on a file. Whatever works on it holds one, also where nobody waits for that any longer.
fn place(visit: &Visit) -> Result<Arc<Place>, Full> {
    visit.board.importing.take(Client::User(visit.user), 1, AT_A_TIME).map(Arc::new)
}

fn busy(visit: &Visit, full: Full) -> Response {
    let (status, what) = match full {
        Full::OfClient => (
            StatusCode::TOO_MANY_REQUESTS,
            "A file of yours is being read or written. Wait for it to end, and look at your workouts then.",
        ),
        Full::InAll => (StatusCode::SERVICE_UNAVAILABLE, "Others are importing files. Try again in a few seconds."),
    };
    let page = message("Nothing was imported", what);
    (status, [(header::RETRY_AFTER, AGAIN_S.to_string())], of_user(visit, &page)).into_response()
}

/// The form as it was sent, or what is wrong with it.
async fn read(visit: &Visit, mut form: Multipart) -> Result<Upload, String> {
    let refused = |failed: MultipartError| match failed.status() {
        StatusCode::PAYLOAD_TOO_LARGE => "This file is larger than 8 MiB.".to_owned(),
        _ => "The file did not arrive as a whole. Send it again.".to_owned(),
    };
    let (mut file, mut name, mut app, mut zone, mut units) = (None, String::new(), None, None, Units::default());
    while let Some(field) = form.next_field().await.map_err(refused)? {
        let of = field.name().unwrap_or_default().to_owned();
        match of.as_str() {
            "file" => {
                name = field.file_name().unwrap_or_default().chars().take(80).collect();
                file = Some(field.bytes().await.map_err(refused)?);
            }
            "app" => app = Some(field.text().await.map_err(refused)?),
            "zone" => zone = ZoneName::new(field.text().await.map_err(refused)?.trim()).ok(),
            "units" if field.text().await.map_err(refused)? == "imperial" => {
                units = Units { weight: WeightUnit::Lb, distance: DistanceUnit::Mi };
            }
            _ => {}
        }
    }
    let bytes = file.filter(|file| !file.is_empty()).ok_or("Choose a file that is not empty.")?;
    let zone = zone.ok_or("There is no such time zone. It is written as Europe/Berlin or America/New_York.")?;
    let formats = match app.as_deref() {
        Some("hevy") => vec![Format::Hevy],
        Some("strong") => vec![Format::Strong],
        _ => vec![Format::Hevy, Format::Strong],
    };
    let options = Options::new(visit.user, zone).units(units);
    Ok(Upload { id: Uuid::now_v7(), user: visit.user, name, formats, options, bytes })
}

/// What becomes of a file, with a writer, or would become of it.
async fn become_of(
    own: &Own,
    upload: &Arc<Upload>,
    writer: Option<&Arc<dyn StatsWriter>>,
    place: &Arc<Place>,
) -> Result<Result<Report, String>, StoreError> {
    let (file, place) = (Arc::clone(upload), Arc::clone(place));
    // A large file takes a while, and others are to be answered meanwhile. Whoever goes away does not end it.
    let read = spawn_blocking(move || {
        let read = file.read();
        drop(place);
        read
    });
    let read = read.await.map_err(StoreError::other)?;
    let (format, imported) = match read {
        Ok(read) => read,
        Err(what) => return Ok(Err(what)),
    };
    let reader = own.visit.board.reader.clone();
    let compared = Compared::with_store(reader, format, upload.options, &imported, |_| {}).await?;
    let mut report = Report::of(&imported);
    let mut left = imported.workouts;
    while !left.is_empty() {
        let batch: Vec<_> = left.drain(..left.len().min(BATCH)).collect();
        report.take(batch, &compared, writer).await?;
    }
    report.rejected.sort();
    Ok(Ok(report))
}

impl Report {
    fn of(imported: &Imported) -> Self {
        let left_out = |line: &u64| (*line, "a set of which nothing was written down is left out".to_owned());
        Self {
            rejected: imported.rejected.iter().map(|one| (one.line, one.reason.to_string())).collect(),
            remarks: imported.empty_sets.iter().map(left_out).collect(),
            ..Self::default()
        }
    }

    async fn take(
        &mut self,
        batch: Vec<(u64, WorkoutPerformed)>,
        compared: &Compared,
        writer: Option<&Arc<dyn StatsWriter>>,
    ) -> Result<(), StoreError> {
        let (mut facts, mut due) = (Vec::new(), Vec::new());
        for (line, data) in batch {
            let known = compared.known(&data).await?;
            self.remarks.extend(known.remark().map(|remark| (line, remark.to_owned())));
            let Some(data) = known.due(data) else {
                self.duplicate += 1;
                continue;
            };
            match Event::new(SOURCE, data) {
                Ok(event) => {
                    facts.push(Fact::from(&event));
                    due.push((line, known == Known::Not));
                }
                Err(violations) => self.rejected.push((line, format!("the workout is refused: {violations}"))),
            }
        }
        let effects = match writer {
            Some(writer) if !facts.is_empty() => writer.write(&facts).await?,
            _ => vec![Effect::Applied; facts.len()],
        };
        for ((line, is_new), effect) in due.into_iter().zip(effects) {
            match effect {
                Effect::Applied if is_new => self.created += 1,
                Effect::Applied => self.updated += 1,
                Effect::Duplicate | Effect::Superseded => self.duplicate += 1,
                Effect::Conflict => {
                    let why = "the store has another workout under its revision, and put this one aside";
                    self.rejected.push((line, why.to_owned()));
                }
                _ => self.rejected.push((line, "the person was erased from the store".to_owned())),
            }
        }
        Ok(())
    }

    fn due(&self) -> usize {
        self.created + self.updated
    }
}

/// The form again, with what was wrong.
async fn refuse(visit: &Visit, what: &str) -> Response {
    let zone = match visit.day().await {
        Ok((_, preferences)) => visit.site.viewer.zone(&preferences).to_string(),
        Err(failure) => return visit.site.fail(&failure),
    };
    let body = html! {
        p class="crumb" { a href=(visit.link("/transfer")) { "Import & export" } }
        h1 { "Nothing was imported" }
        (transfer::form(visit, &zone, Some(what)))
    };
    let page = Page { title: "Nothing was imported".to_owned(), tab: "/transfer", body, as_of: None };
    (StatusCode::UNPROCESSABLE_ENTITY, of_user(visit, &page)).into_response()
}

fn page(visit: &Visit, report: &Report, upload: &Upload, is_rehearsal: bool) -> Page {
    let due = report.due();
    let workouts =
        |count: usize| if count == 1 { "1 workout".to_owned() } else { format!("{} workouts", count_of(count)) };
    let title = match (is_rehearsal, due) {
        (_, 0) => "There is nothing new in this file".to_owned(),
        (true, due) => format!("{} to import", workouts(due)),
        (false, due) => format!("{} imported", workouts(due)),
    };
    let body = html! {
        p class="crumb" { a href=(visit.link("/transfer")) { "Import & export" } }
        h1 { (title) }
        p class="quiet" { (upload.name) @if is_rehearsal { " · nothing is written yet" } }
        dl class="figures" {
            (count("Created", report.created, "was not known"))
            (count("Updated", report.updated, "says something else than before"))
            (count("Duplicate", report.duplicate, "is known already"))
            (count("Rejected", report.rejected.len(), "cannot be read"))
        }
        @if is_rehearsal && due > 0 {
            form class="fields" method="post" action=(visit.link(&format!("/import/{}", upload.id))) {
                button class="primary" { "Import " (workouts(due)) }
                a href=(visit.link("/transfer")) { "Choose another file" }
            }
        } @else {
            p {
                a href=(visit.link("/workouts")) { "See the workouts" } " · "
                a href=(visit.link("/transfer")) { "Choose another file" }
            }
        }
        (lines("rejected", "Rejected", &report.rejected))
        (lines("remarks", "Worth knowing", &report.remarks))
    };
    Page { title, tab: "/transfer", body, as_of: None }
}

fn count(name: &str, count: usize, what: &str) -> Markup {
    html! {
        div class="figure" {
            dt { (name) }
            dd { span class="number" data-count=(name) { (count_of(count)) } span class="note" { (what) } }
        }
    }
}

fn count_of(count: usize) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
}

fn lines(id: &str, title: &str, lines: &[(u64, String)]) -> Markup {
    html! {
        @if !lines.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) }
                div class="card scroll" tabindex="0" role="region" aria-label=(title) {
                    table class="lines" {
                        thead { tr { th scope="col" { "Line" } th scope="col" { "What" } } }
                        tbody { @for (line, what) in lines.iter().take(TOLD) { tr { th scope="row" { (line) } td { (what) } } } }
                    }
                    @if lines.len() > TOLD { p class="quiet" { "and " (lines.len() - TOLD) " more" } }
                }
            }
        }
    }
}
