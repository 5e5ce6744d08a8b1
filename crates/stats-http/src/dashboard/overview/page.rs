//! The parts, from top to bottom.

use axum::extract::Query;
use axum::response::Response;
use maud::html;

use super::read::Overview;
use super::trend::{Asked, Trend};
use super::{activities, figures, goals, last, records, sentence, trend, week, year};
use crate::dashboard::frame::Page;
use crate::dashboard::page::start;
use crate::dashboard::visit::{Failure, Visit};

pub(in crate::dashboard) async fn get(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let page = page(&visit, Trend::of(&asked)).await;
    visit.answer(page)
}

async fn page(visit: &Visit, trend: Trend) -> Result<Page, Failure> {
    let overview = Box::pin(Overview::read(visit)).await?;
    let body = if overview.lifetime.sums.workouts == 0 {
        start::empty(visit)
    } else {
        html! {
            (sentence::sentence(visit, &overview))
            (figures::figures(visit, &overview))
            (week::week(visit, &overview))
            (year::year(visit, &overview))
            (trend::section(visit, &overview, trend))
            div class="columns" {
                div { (activities::activities(visit, &overview)) (goals::goals(visit, &overview)) }
                div { (records::latest(visit, &overview)) (last::last(visit, &overview)) }
            }
        }
    };
    Ok(Page { title: "Overview".to_owned(), tab: "", body, as_of: Some(overview.as_of) })
}
