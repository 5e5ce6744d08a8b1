//! One exercise: is it going up?

use axum::response::Response;
use maud::{Markup, html};
use stats_store::{Day, Days, EffortOf, Period, Record, Tries};
use workout_events::types::record::RecordKind;

use super::records;
use crate::dashboard::chart::{Bar, Chart, Spot, bars, line, table};
use crate::dashboard::format::{self, Units, real};
use crate::dashboard::frame::Page;
use crate::dashboard::visit::{Failure, Visit, of_one_moment};

/// So many months of volume are shown.
const MONTHS: usize = 36;

/// So many workouts are in the table.
const ROWS: usize = 200;

pub(in crate::dashboard) async fn get(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.answer(page)
}

async fn page(visit: &Visit) -> Result<Page, Failure> {
    let id: String = visit.parameter("exercise_id")?;
    let mut tries = Tries::new();
    let (lifetime, efforts, records, trend) = loop {
        tries.again()?;
        let (reader, user) = (visit.reader(), visit.user);
        let lifetime = reader.lifetime(user).await?;
        let efforts = reader.efforts(user, &id, Days::ALL).await?;
        let records = reader.records(user, &id).await?;
        let trend = reader.trend(user, &id, Days::ALL, Period::Month).await?;
        if of_one_moment(&[lifetime.as_of, efforts.as_of, records.as_of, trend.as_of]) {
            break (lifetime, efforts.value, records.value, trend.value);
        }
    };
    if efforts.is_empty() {
        return Err(Failure::Missing);
    }
    let today = visit.today(&lifetime.value.preferences);
    let volumes: Vec<_> = trend.iter().map(|point| (point.first_day, point.volume_g)).collect();
    let name = format::exercise(&id);
    let body = html! {
        p class="crumb" { a href=(visit.link("/exercises")) { "Exercises" } }
        h1 { (name) }
        (records::standing(visit, &records, today))
        (strength(visit, &efforts, today))
        (volume(visit.site.viewer.units, &volumes, today))
    };
    Ok(Page { title: name, tab: "/exercises", body, as_of: Some(lifetime.as_of) })
}

/// The estimated one-rep max of each workout.
fn strength(visit: &Visit, efforts: &[EffortOf], today: Day) -> Markup {
    let units = visit.site.viewer.units;
    let (gram, unit) = units.load_unit();
    let mut best = 0;
    let mut spots: Vec<_> = efforts
        .iter()
        .filter_map(|effort| {
            let e1rm = effort.e1rm_g?;
            let is_best = e1rm > best && best > 0;
            best = best.max(e1rm);
            let record = if is_best { ", a record" } else { "" };
            let says = format!("{}: {}{record}", format::day(effort.day, today), units.load(e1rm));
            Some(Spot { day: effort.day, value: real(e1rm) / gram, says, best: is_best, joined: false })
        })
        .collect();
    join(&mut spots);
    let rows = efforts.iter().rev().take(ROWS).map(|effort| {
        let load = |grams: Option<i64>| grams.map_or_else(|| "–".to_owned(), |grams| units.load(grams));
        let href = visit.link(&format!("/workouts/{}", effort.workout_id));
        vec![
            html! { a href=(href) { (format::day(effort.day, today)) } },
            html! { (load(effort.e1rm_g)) },
            html! { (load(effort.heaviest_g)) },
            html! { (effort.sets) " × " (effort.reps.checked_div(effort.sets).unwrap_or(0)) },
        ]
    });
    let columns = ["Workout", "Estimated max", "Heaviest", "Sets × reps"];
    let chart = Chart {
        id: "e1rm",
        summary: format!("Estimated one-rep max over {} workouts", spots.len()),
        unit,
        last: spots.last().map(|spot| spot.says.clone()).unwrap_or_default(),
        table: table("The last workouts with this exercise", &columns, rows),
    };
    let small = if spots.len() > FEW { "by Epley; the line joins the best of each month" } else { "by Epley" };
    html! {
        section aria-labelledby="e1rm-title" {
            h2 id="e1rm-title" { "Estimated one-rep max" small { (small) } }
            div class="card" {
                @if spots.is_empty() {
                    p class="quiet" { "No working set with a load and up to 12 repetitions yet." }
                    details class="data" { summary { "Table" } (chart.table) }
                } @else {
                    (line(&chart, &spots, &years(&spots)))
                }
            }
        }
    }
}

/// So many workouts are joined one by one; of more, the best of each month.
const FEW: usize = 30;

fn join(spots: &mut [Spot]) {
    let few = spots.len() <= FEW;
    for month in
        spots.chunk_by_mut(|one, two| !few && Period::Month.first_day(one.day) == Period::Month.first_day(two.day))
    {
        if let Some(best) = month.iter_mut().max_by(|one, two| one.value.total_cmp(&two.value)) {
            best.joined = true;
        }
    }
}

/// Where the years begin, or the months where there is no year to begin.
fn years(spots: &[Spot]) -> Vec<(Day, String)> {
    let (Some(first), Some(last)) = (spots.first(), spots.last()) else { return Vec::new() };
    let months = last.day.since(first.day) / 30;
    let step = match months {
        ..4 => 1,
        4..14 => 3,
        14..30 => 6,
        _ => 12,
    };
    let mut day = Period::Month.first_day(first.day);
    let mut labels = Vec::new();
    while day <= last.day {
        if day >= first.day && (day.date().month() - 1) % step == 0 {
            let label =
                if step == 12 { day.date().year().to_string() } else { format::month(day, day.date().month() == 1) };
            labels.push((day, label));
        }
        day = Period::Month.first_day(day.plus(31));
    }
    labels
}

/// The volume of each month, up to this one.
fn volume(units: Units, volumes: &[(Day, Option<i64>)], today: Day) -> Markup {
    let (gram, unit) = units.volume_unit();
    let Some((began, _)) = volumes.first() else { return html! {} };
    let this_month = Period::Month.first_day(today);
    let mut months = Vec::new();
    let mut month = this_month;
    while months.len() < MONTHS && (month >= *began || months.len() < 12) {
        months.push(month);
        month = Period::Month.first_day(month.plus(-1));
    }
    months.reverse();
    let of = |month: Day| volumes.iter().find(|(first, _)| *first == month).and_then(|(_, volume)| *volume);
    let text = |month: Day| of(month).map_or_else(|| "–".to_owned(), |grams| units.volume(grams));
    let drawn: Vec<_> = months
        .iter()
        .map(|month| Bar {
            value: of(*month).map(|grams| real(grams) / gram),
            says: format!("{}: {}", format::month(*month, true), text(*month)),
            label: (month.date().month() % if months.len() > 12 { 6 } else { 3 } == 1)
                .then(|| format::month(*month, month.date().month() == 1)),
            open: *month == this_month,
        })
        .collect();
    if drawn.iter().all(|bar| bar.value.is_none()) {
        return html! {};
    }
    let rows = months.iter().rev().map(|month| vec![format::month(*month, true), text(*month)]);
    let chart = Chart {
        id: "volume",
        summary: format!("Volume by month, {} bars", drawn.len()),
        unit,
        last: drawn.last().map(|bar| bar.says.clone()).unwrap_or_default(),
        table: table("Volume by month", &["Month", "Volume"], rows),
    };
    html! {
        section aria-labelledby="volume-title" {
            h2 id="volume-title" { "Volume" small { "by month, without warm-ups" } }
            div class="card" { (bars(&chart, &drawn)) }
        }
    }
}

/// Of each kind the one that stands.
pub(super) fn standing(records: &[Record]) -> Vec<&Record> {
    let mut standing = Vec::<(RecordKind, &Record)>::new();
    for record in records {
        match standing.iter_mut().find(|(kind, _)| *kind == record.kind) {
            Some(place) => place.1 = record,
            None => standing.push((record.kind, record)),
        }
    }
    standing.into_iter().map(|(_, record)| record).collect()
}
