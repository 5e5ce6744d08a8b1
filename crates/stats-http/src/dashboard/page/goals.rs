//! Goals: those under way, those that are over, and a new one.

use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use stats_store::{Day, GoalStanding, GoalStatus, Tries};
use workout_events::GoalId;
use workout_events::types::goal::GoalCancelled;

use crate::dashboard::form::{Faults, GoalForm, Measure, Pairs, measures};
use crate::dashboard::frame::{Page, of_user};
use crate::dashboard::goal::line;
use crate::dashboard::own::{Own, Undone};
use crate::dashboard::visit::{Failure, Visit, of_one_moment};
use crate::goals::MOST;

/// What was done before this page.
#[derive(Deserialize)]
pub(in crate::dashboard) struct Asked {
    done: Option<String>,
}

pub(in crate::dashboard) async fn get(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let done = match asked.done.as_deref() {
        Some("set") => Some("The goal is set."),
        Some("changed") => Some("The goal is changed."),
        Some("given-up") => Some("The goal is given up. What was reached stays."),
        _ => None,
    };
    let page = page(&visit, done, &GoalForm::new(), &Faults::default()).await;
    visit.answer(page)
}

/// Sets a goal.
pub(in crate::dashboard) async fn set(own: Own, Form(pairs): Form<Pairs>) -> Response {
    let (visit, form) = (&own.visit, GoalForm::read(&pairs));
    let (today, preferences) = match visit.day().await {
        Ok(day) => day,
        Err(failure) => return visit.site.fail(&failure),
    };
    // A form that is sent twice is the same goal, and no id of somebody else's goal can be made up.
    let nonce = pairs.get("nonce").map_or("", String::as_str);
    let goal_id = GoalId::from_foreign("dashboard", &format!("{}/{nonce}", visit.user));
    let (units, zone) = (visit.site.viewer.units, visit.site.viewer.zone(&preferences));
    let goals = match visit.reader().goals_set(visit.user).await {
        Ok(goals) => goals.value,
        Err(failed) => return visit.site.fail(&failed.into()),
    };
    let faults = match form.set((goal_id, visit.user), units, today, zone) {
        Ok(_) if goals.len() >= MOST && !goals.iter().any(|goal| goal.goal_id == goal_id) => {
            let mut faults = Faults::default();
            faults.add("", "You have as many goals as there may be, those that are over included.");
            faults
        }
        Ok(goal) => match own.say(goal).await {
            Ok(()) => return visit.to("/goals?done=set"),
            Err(Undone::Broken(violations)) => Faults::broken(&violations),
            Err(Undone::Failed(failure)) => return visit.site.fail(&failure),
        },
        Err(faults) => faults,
    };
    match page(visit, None, &form, &faults).await {
        Ok(page) => {
            // It says what is wrong, and what was typed stays: it does not renew itself.
            let page = Page { as_of: None, ..page };
            (StatusCode::UNPROCESSABLE_ENTITY, of_user(visit, &page)).into_response()
        }
        Err(failure) => visit.site.fail(&failure),
    }
}

/// One goal, to be changed or given up.
pub(in crate::dashboard) async fn edit(visit: Visit) -> Response {
    let page = match standing(&visit).await {
        Ok((standing, today)) => {
            let form = GoalForm::of_goal(&standing.goal, visit.site.viewer.units);
            Ok(editor(&visit, &standing, today, &form, &Faults::default()))
        }
        Err(failure) => Err(failure),
    };
    visit.answer(page)
}

/// Changes it.
pub(in crate::dashboard) async fn change(own: Own, Form(pairs): Form<Pairs>) -> Response {
    let visit = &own.visit;
    let (standing, today) = match standing(visit).await {
        Ok(found) => found,
        Err(failure) => return visit.site.fail(&failure),
    };
    if pairs.get("do").is_some_and(|what| what == "give-up") {
        // Sent twice, as an impatient finger does, it is given up once.
        if standing.status == GoalStatus::Cancelled {
            return visit.to("/goals?done=given-up");
        }
        return match own.say(GoalCancelled::new(standing.goal.goal_id, visit.user)).await {
            Ok(()) => visit.to("/goals?done=given-up"),
            Err(Undone::Broken(_)) => visit.site.fail(&Failure::Missing),
            Err(Undone::Failed(failure)) => visit.site.fail(&failure),
        };
    }
    let form = GoalForm::read(&pairs);
    let preferences = match visit.day().await {
        Ok((_, preferences)) => preferences,
        Err(failure) => return visit.site.fail(&failure),
    };
    let (units, zone) = (visit.site.viewer.units, visit.site.viewer.zone(&preferences));
    let faults = match form.change(&standing.goal, visit.user, units, today, zone) {
        Ok(None) => return visit.to("/goals"),
        Ok(Some(changed)) => match own.say(changed).await {
            Ok(()) => return visit.to("/goals?done=changed"),
            Err(Undone::Broken(violations)) => Faults::broken(&violations),
            Err(Undone::Failed(failure)) => return visit.site.fail(&failure),
        },
        Err(faults) => faults,
    };
    let page = editor(visit, &standing, today, &form, &faults);
    (StatusCode::UNPROCESSABLE_ENTITY, of_user(visit, &page)).into_response()
}

async fn page(visit: &Visit, done: Option<&str>, form: &GoalForm, faults: &Faults) -> Result<Page, Failure> {
    let mut tries = Tries::new();
    let (today, goals, exercises) = loop {
        tries.again()?;
        let lifetime = visit.reader().lifetime(visit.user).await?;
        let today = visit.today(&lifetime.value.preferences);
        let goals = visit.reader().goals(visit.user, today).await?;
        let exercises = visit.reader().exercises(visit.user).await?;
        if of_one_moment(&[lifetime.as_of, goals.as_of, exercises.as_of]) {
            break (today, goals, exercises.value);
        }
    };
    let is_over = |standing: &&GoalStanding| standing.status == GoalStatus::Cancelled || standing.days.last < today;
    let (over, now): (Vec<_>, Vec<_>) = goals.value.iter().partition(is_over);
    let list = |title: &str, id: &str, standings: &[&GoalStanding], is_open: bool| -> Markup {
        let change = |standing: &GoalStanding| match visit.writer() {
            Some(_) if is_open => Some(visit.link(&format!("/goals/{}", standing.goal.goal_id))),
            _ => None,
        };
        html! {
            @if !standings.is_empty() {
                section aria-labelledby=(id) {
                    h2 id=(id) { (title) }
                    ul class="goals card" {
                        @for standing in standings { (line(visit, standing, today, change(standing).as_deref())) }
                    }
                }
            }
        }
    };
    let mut exercises: Vec<_> = exercises.into_iter().map(|sums| sums.exercise_id).collect();
    exercises.sort_unstable();
    let body = html! {
        h1 { "Goals" }
        @if let Some(done) = done { p class="done" role="status" { (done) } }
        @if goals.value.is_empty() {
            p { "A goal is a number to reach in a day, a week, a month or a year. A bar shows how far it has come, and a mark on it where it is heading if things go on as they have begun." }
        }
        (list("Under way", "now", &now, true))
        @if visit.writer().is_some() {
            (faults.summary())
            section aria-labelledby="new" {
                h2 id="new" { "A new goal" }
                form class="card fields" method="post" action=(visit.link("/goals")) {
                    input type="hidden" name="nonce" value=(GoalId::generate());
                    (form.number(faults, None))
                    (measures(form, visit.site.viewer.units))
                    (form.whole(faults, &exercises))
                    (form.rest(faults, today))
                    button class="primary" { "Set the goal" }
                }
            }
        } @else if goals.value.is_empty() {
            p { "Goals come as " code { "goal.set" } " events, from whatever service lets people set them." }
        }
        (list("Over", "over", &over, false))
    };
    Ok(Page { title: "Goals".to_owned(), tab: "/goals", body, as_of: Some(goals.as_of) })
}

async fn standing(visit: &Visit) -> Result<(GoalStanding, Day), Failure> {
    let goal_id: GoalId = visit.parameter("goal_id")?;
    let (today, _) = visit.day().await?;
    let goals = visit.reader().goals(visit.user, today).await?.value;
    let found = goals.into_iter().find(|standing| standing.goal.goal_id == goal_id).ok_or(Failure::Missing)?;
    if visit.writer().is_none() { Err(Failure::NotAllowed) } else { Ok((found, today)) }
}

fn editor(visit: &Visit, standing: &GoalStanding, today: Day, form: &GoalForm, faults: &Faults) -> Page {
    let goal = &standing.goal;
    let here = visit.link(&format!("/goals/{}", goal.goal_id));
    let unit = Measure::of(goal.metric, visit.site.viewer.units).map(|measure| measure.name);
    let body = html! {
        p class="crumb" { a href=(visit.link("/goals")) { "Goals" } }
        h1 { "Change a goal" }
        ul class="goals card" { (line(visit, standing, today, None)) }
        (faults.summary())
        form class="card fields" method="post" action=(here) {
            (form.number(faults, unit))
            (form.rest(faults, today))
            button class="primary" { "Save" }
        }
        form class="fields" method="post" action=(here) {
            button name="do" value="give-up" { "Give this goal up" }
            p class="quiet" { "What was reached until now stays in the list." }
        }
    };
    // The fields keep what somebody is typing: this page does not renew itself.
    Page { title: "Change a goal".to_owned(), tab: "/goals", body, as_of: None }
}
