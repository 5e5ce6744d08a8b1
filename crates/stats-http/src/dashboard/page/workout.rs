//! One workout: all that was said of it.

use axum::response::Response;
use maud::{Markup, html};
use stats_store::{Day, Tries, WholeWorkout};
use workout_events::{Exercise, LoadMode, Set, SetKind, WorkoutId, WorkoutPerformed};

use crate::dashboard::figure::how_fast;
use crate::dashboard::format::{self, Amount, Units, duration};
use crate::dashboard::frame::Page;
use crate::dashboard::visit::{Failure, Visit, of_one_moment};

pub(in crate::dashboard) async fn get(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.answer(page)
}

async fn page(visit: &Visit) -> Result<Page, Failure> {
    let id: WorkoutId = visit.parameter("workout_id")?;
    let mut tries = Tries::new();
    let (lifetime, found) = loop {
        tries.again()?;
        let lifetime = visit.reader().lifetime(visit.user).await?;
        let found = visit.reader().workout(visit.user, id).await?;
        if of_one_moment(&[lifetime.as_of, found.as_of]) {
            break (lifetime.value, found);
        }
    };
    let workout = found.value.ok_or(Failure::Missing)?;
    let today = visit.today(&lifetime.preferences);
    let body = html! {
        p class="crumb" { a href=(visit.link("/workouts")) { "Workouts" } }
        h1 { (title(&workout)) }
        div class="card" { (summary_without_title(visit, &workout, today)) (sets(visit, &workout.data)) }
        (origin(&workout))
    };
    Ok(Page { title: title(&workout), tab: "/workouts", body, as_of: Some(found.as_of) })
}

/// What the person called it, else what it was.
pub(in crate::dashboard) fn title(workout: &WholeWorkout) -> String {
    let named = workout.data.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    named.map_or_else(|| format::activity(workout.brief.activity), str::to_owned)
}

/// The day, and the time as the clocks of its own zone showed it.
pub(in crate::dashboard) fn when(workout: &WholeWorkout, today: Day) -> String {
    let local = |at: workout_events::Moment| {
        workout.data.time_zone.zone().to_datetime(at.timestamp()).strftime("%H:%M").to_string()
    };
    let day = format::day(workout.brief.day, today);
    format!("{day}, {}–{}", local(workout.data.started_at), local(workout.data.ended_at))
}

/// The workout as it stands on the first page.
pub(in crate::dashboard) fn summary(visit: &Visit, workout: &WholeWorkout, today: Day) -> Markup {
    let href = visit.link(&format!("/workouts/{}", workout.brief.workout_id));
    html! {
        h3 { a href=(href) { (title(workout)) } }
        (summary_without_title(visit, workout, today))
    }
}

fn summary_without_title(visit: &Visit, workout: &WholeWorkout, today: Day) -> Markup {
    let (units, brief, data) = (visit.site.viewer.units, &workout.brief, &workout.data);
    let tenths = |value: u8| format!("{}.{}", value / 10, value % 10);
    let known = [
        ("Time", Some(duration(brief.duration_s))),
        ("Distance", brief.distance_m.map(|metres| units.distance(metres))),
        ("Pace", how_fast(brief, units)),
        ("Volume", brief.volume_g.map(|grams| units.volume(grams))),
        ("Climbed", brief.elevation_gain_m.map(|metres| units.climb(metres))),
        ("Energy", brief.energy_kcal.map(|kcal| Amount::EnergyKcal(Some(kcal)).text(units))),
        ("Heart rate", data.avg_hr.map(|average| format!("{average} bpm"))),
        ("Effort", data.session_rpe_x10.map(|rpe| format!("{} of 10", tenths(rpe)))),
    ];
    html! {
        p class="quiet" {
            time datetime=(data.started_at) { (when(workout, today)) }
            " " (data.time_zone)
            @if title(workout) != format::activity(brief.activity) { " · " (format::activity(brief.activity)) }
            @if let Some(label) = &data.activity_label { " (" (label) ")" }
        }
        dl class="facts" {
            @for (name, value) in known.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
                div { dt { (name) } dd { (value) } }
            }
        }
        @if let Some(notes) = &data.notes { p class="notes" { (notes) } }
    }
}

/// Its exercises with their sets.
pub(in crate::dashboard) fn sets(visit: &Visit, workout: &WorkoutPerformed) -> Markup {
    html! {
        @if !workout.exercises.is_empty() {
            table class="sets" {
                caption class="hidden" { "Sets" }
                thead { tr { th scope="col" { "Exercise" } th scope="col" { "Sets" } } }
                tbody {
                    @for exercise in &workout.exercises {
                        tr {
                            th scope="row" {
                                a href=(visit.link(&format!("/exercises/{}", exercise.exercise_id))) { (exercise.name) }
                            }
                            td { (sets_of(exercise, visit.site.viewer.units)) }
                        }
                    }
                }
            }
        }
    }
}

/// Sets in a row with the same load are one entry, as people write them down: `102.5 kg × 5, 5, 4`.
fn sets_of(exercise: &Exercise, units: Units) -> Markup {
    let said = |set: &Set| (set.kind, load(set, units));
    html! {
        ul class="inline" {
            @for alike in exercise.sets.chunk_by(|one, two| said(one) == said(two)) {
                @let (kind, load) = said(&alike[0]);
                @let done = alike.iter().map(|set| done(set, load.is_some(), units)).collect::<Vec<_>>().join(", ");
                li class=[(kind == SetKind::Warmup).then_some("quiet")] {
                    (load.into_iter().chain(Some(done).filter(|done| !done.is_empty())).collect::<Vec<_>>().join(" × "))
                    @match kind {
                        SetKind::Warmup => " warm-up",
                        SetKind::Dropset => " drop set",
                        SetKind::Failure => " to failure",
                        _ => "",
                    }
                }
            }
        }
    }
}

/// With what.
fn load(set: &Set, units: Units) -> Option<String> {
    let load = units.load(set.load_g?.into());
    Some(match set.load_mode {
        Some(LoadMode::Assisted) => format!("{load} help"),
        Some(LoadMode::Added) => format!("+{load}"),
        _ => load,
    })
}

/// How often, how far, how long.
fn done(set: &Set, is_loaded: bool, units: Units) -> String {
    let reps = set.reps.map(|reps| if is_loaded { reps.to_string() } else { format!("{reps} reps") });
    let distance = set.distance_m.map(|metres| units.distance(metres.into()));
    let time = set.duration_ms.map(|milliseconds| duration(i64::from(milliseconds) / 1_000));
    [reps, distance, time].into_iter().flatten().collect::<Vec<_>>().join(" in ")
}

/// Where it comes from, and whether it was corrected.
fn origin(workout: &WholeWorkout) -> Markup {
    let data = &workout.data;
    html! {
        p class="quiet origin" {
            "Recorded by " (data.source.name) "."
            @if data.revision > 1 { " Corrected; this is revision " (data.revision) "." }
            " Id " code { (data.workout_id) } "."
        }
    }
}
