//! Records: what was the best, and since when.

use axum::response::Response;
use maud::{Markup, html};
use stats_store::{Day, Record, RecordOf, Tries};
use workout_events::types::record::RecordKind;

use super::exercise;
use crate::dashboard::format::{self, Units, duration, grouped};
use crate::dashboard::frame::Page;
use crate::dashboard::visit::{Failure, Visit, of_one_moment};

pub(in crate::dashboard) async fn get(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.answer(page)
}

async fn page(visit: &Visit) -> Result<Page, Failure> {
    let mut tries = Tries::new();
    let (lifetime, bests) = loop {
        tries.again()?;
        let lifetime = visit.reader().lifetime(visit.user).await?;
        let bests = visit.reader().bests(visit.user).await?;
        if of_one_moment(&[lifetime.as_of, bests.as_of]) {
            break (lifetime.value, bests);
        }
    };
    let today = visit.today(&lifetime.preferences);
    let mut records = bests.value;
    records.sort_by(|one, two| (&one.of, one.kind).cmp(&(&two.of, two.kind)));
    let body = html! {
        h1 { "Records" }
        @if records.is_empty() {
            p { "The heaviest load, the best estimated one-rep max and the most repetitions of each exercise will stand here, and the longest run and ride." }
            p { "Warm-ups set no records. Where a workout is corrected or deleted, its records go back to who had them before." }
        }
        @for records in records.chunk_by(|one, two| one.of == two.of) {
            @let of = &records[0].of;
            section aria-labelledby={ "of-" (of) } {
                h2 id={ "of-" (of) } {
                    @match of {
                        RecordOf::Exercise(id) => a href=(visit.link(&format!("/exercises/{id}"))) { (name(of)) },
                        _ => (name(of)),
                    }
                }
                (cards(visit, records, today))
            }
        }
    };
    Ok(Page { title: "Records".to_owned(), tab: "/records", body, as_of: Some(bests.as_of) })
}

/// How many days a record is news.
const FRESH: i32 = 28;

/// What a record is of.
pub(in crate::dashboard) fn name(of: &RecordOf) -> String {
    match of {
        RecordOf::Exercise(id) => format::exercise(id),
        RecordOf::Activity(activity) => format::activity(*activity),
        _ => "Record".to_owned(),
    }
}

/// Those of one exercise that stand, as a section of its page.
pub(super) fn standing(visit: &Visit, records: &[Record], today: Day) -> Markup {
    html! {
        section aria-labelledby="standing" {
            h2 id="standing" { "Records" }
            (cards(visit, records, today))
        }
    }
}

fn cards(visit: &Visit, records: &[Record], today: Day) -> Markup {
    let units = visit.site.viewer.units;
    html! {
        dl class="figures joined" {
            @for record in exercise::standing(records) {
                div class="figure" {
                    dt { (format::record_kind(record.kind)) }
                    dd {
                        span class={ "number record" @if today.since(record.day) > FRESH { " past" } } { (value(record.kind, record.value, units)) }
                        span class="change" {
                            a class="why" href=(visit.link(&format!("/workouts/{}", record.workout_id))) {
                                (format::day(record.day, today))
                            }
                        }
                        @if let Some(previous) = record.previous {
                            span class="note" { "before " (value(record.kind, previous, units)) }
                        }
                    }
                }
            }
        }
    }
}

/// What a workout has beaten of one thing, in a line of a list.
pub(in crate::dashboard) fn line(visit: &Visit, records: &[Record], today: Day) -> Markup {
    let kinds = records.iter().map(|record| format::record_kind(record.kind)).collect::<Vec<_>>().join(", ");
    let (first, others) = kinds.split_at(kinds.len().min(1));
    html! {
        @if let Some(record) = records.first() {
            li {
                @match &record.of {
                    RecordOf::Exercise(id) => a href=(visit.link(&format!("/exercises/{id}"))) { (name(&record.of)) },
                    of => a href=(visit.link("/records")) { (name(of)) },
                }
                span class="quiet" { (first) (others.to_lowercase()) }
                strong class="value record" { (value(record.kind, record.value, visit.site.viewer.units)) }
                a class="quiet" href=(visit.link(&format!("/workouts/{}", record.workout_id))) { (format::day(record.day, today)) }
            }
        }
    }
}

fn value(kind: RecordKind, value: i64, units: Units) -> String {
    match kind {
        RecordKind::WorkoutVolumeG => units.volume(value),
        RecordKind::MostReps => format!("{} reps", grouped(value)),
        RecordKind::LongestDistanceM => units.distance(value),
        RecordKind::LongestDurationS => duration(value),
        RecordKind::MostElevationM => units.climb(value),
        RecordKind::LeastAssistanceG if value == 0 => "none".to_owned(),
        _ => units.load(value),
    }
}
