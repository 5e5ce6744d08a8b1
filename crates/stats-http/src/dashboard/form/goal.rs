//! The form of a goal.

use maud::{Markup, html};
use stats_store::{Day, Goal};
use workout_events::types::goal::{GoalChanged, GoalMetric, GoalPeriod, GoalSet};
use workout_events::{ActivityType, GoalId, Moment, UserId, ZoneName};

use super::field::{Faults, Pairs, fault};
use super::measure::Measure;
use crate::dashboard::format::{self, Units};

/// What stands in the fields of a goal.
#[derive(Debug, Clone, Default)]
pub(crate) struct GoalForm {
    pub(crate) target: String,
    pub(crate) metric: String,
    /// `activity:running`, `exercise:back-squat`, or nothing for everything.
    pub(crate) of: String,
    pub(crate) period: String,
    pub(crate) due: String,
    pub(crate) title: String,
}

/// What a goal may be over.
const PERIODS: [(GoalPeriod, &str); 5] = [
    (GoalPeriod::Daily, "a day"),
    (GoalPeriod::Weekly, "a week"),
    (GoalPeriod::Monthly, "a month"),
    (GoalPeriod::Yearly, "a year"),
    (GoalPeriod::Once, "once"),
];

const ACTIVITY: &str = "activity:";
const EXERCISE: &str = "exercise:";

impl GoalForm {
    /// What most people begin with.
    pub(crate) fn new() -> Self {
        let (metric, period) = (GoalMetric::Workouts.as_str().to_owned(), GoalPeriod::Weekly.as_str().to_owned());
        Self { metric, period, ..Self::default() }
    }

    pub(crate) fn of_goal(goal: &Goal, units: Units) -> Self {
        let target = Measure::of(goal.metric, units).map(|measure| measure.text(goal.target)).unwrap_or_default();
        Self {
            target,
            metric: goal.metric.as_str().to_owned(),
            of: String::new(),
            period: goal.period.as_str().to_owned(),
            due: goal.last_day.map(|day| day.to_string()).unwrap_or_default(),
            title: goal.title.clone().unwrap_or_default(),
        }
    }

    pub(crate) fn read(pairs: &Pairs) -> Self {
        let field = |name: &str| pairs.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        Self {
            target: field("target"),
            metric: field("metric"),
            of: field("of"),
            period: field("period"),
            due: field("due"),
            title: field("title"),
        }
    }

    /// The goal that it asks for.
    pub(crate) fn set(
        &self,
        ids: (GoalId, UserId),
        units: Units,
        today: Day,
        zone: ZoneName,
    ) -> Result<GoalSet, Faults> {
        let mut faults = Faults::default();
        let measure = Measure::all(units).into_iter().find(|measure| measure.metric.as_str() == self.metric);
        let period = self.period();
        let (Some(measure), Some(period)) = (measure, period) else {
            faults.add("metric", "Choose what is to be measured, and how often.");
            return Err(faults);
        };
        let target = self.target(measure, &mut faults);
        let activity = self.of.strip_prefix(ACTIVITY);
        let exercise = self.of.strip_prefix(EXERCISE);
        match (measure.metric, exercise) {
            (GoalMetric::E1rmG, None) => faults.add("of", "An estimated max is of one exercise: choose it."),
            (GoalMetric::EnergyKcal | GoalMetric::ElevationGainM, Some(_)) => {
                faults.add("of", "Nobody measures that of an exercise: choose everything, or an activity.");
            }
            _ => {}
        }
        let mut goal = GoalSet::new(ids.0, ids.1, measure.metric, target.unwrap_or(1), period);
        goal.activity_type =
            activity.and_then(|name| ActivityType::ALL.iter().copied().find(|one| one.as_str() == name));
        goal.exercise_id = exercise.map(str::to_owned);
        goal.due_at = self.due(today, zone, &mut faults);
        goal.title = Some(self.title.clone()).filter(|title| !title.is_empty());
        if faults.is_empty() { Ok(goal) } else { Err(faults) }
    }

    /// What it changes of a goal; nothing where all is as it was.
    pub(crate) fn change(
        &self,
        goal: &Goal,
        user: UserId,
        units: Units,
        today: Day,
        zone: ZoneName,
    ) -> Result<Option<GoalChanged>, Faults> {
        let before = Self::of_goal(goal, units);
        let mut faults = Faults::default();
        let mut changed = GoalChanged::new(goal.goal_id, user);
        if self.target != before.target {
            changed.target = Measure::of(goal.metric, units).and_then(|measure| self.target(measure, &mut faults));
        }
        if self.period != before.period {
            changed.period = self.period();
        }
        if self.due != before.due {
            changed.due_at = self.due(today, zone, &mut faults);
            if self.due.is_empty() {
                faults.add("due", "A date cannot be taken away again: choose a later one, or give the goal up.");
            }
        }
        if self.title != before.title {
            changed.title = Some(self.title.clone()).filter(|title| !title.is_empty());
            if self.title.is_empty() {
                faults.add("title", "A name cannot be taken away again: choose another one.");
            }
        }
        let is_same = changed == GoalChanged::new(goal.goal_id, user);
        if faults.is_empty() { Ok(Some(changed).filter(|_| !is_same)) } else { Err(faults) }
    }

    /// The fields that a goal keeps being asked for.
    pub(crate) fn rest(&self, faults: &Faults, today: Day) -> Markup {
        let id = |field: &str| faults.of(field).map(|_| format!("{field}-wrong"));
        html! {
            label { "How often"
                select name="period" {
                    @for (period, name) in PERIODS {
                        option value=(period) selected[self.period == period.as_str()] { (name) }
                    }
                }
            }
            label { "Until" small { " if it has an end" }
                input type="date" name="due" value=(self.due) min=(today)
                    aria-invalid=[faults.of("due").map(|_| "true")] aria-describedby=[id("due")];
                (fault(faults, "due"))
            }
            label { "Name" small { " if you like" }
                input name="title" value=(self.title) maxlength="200" autocomplete="off"
                    aria-invalid=[faults.of("title").map(|_| "true")] aria-describedby=[id("title")];
                (fault(faults, "title"))
            }
        }
    }

    /// How much is wanted.
    pub(crate) fn number(&self, faults: &Faults, unit: Option<&str>) -> Markup {
        let wrong = faults.of("target").is_some();
        html! {
            label { "How much" @if let Some(unit) = unit { small { " in " (unit) } }
                input name="target" value=(self.target) inputmode="decimal" required autocomplete="off" placeholder="4"
                    aria-invalid=[wrong.then_some("true")] aria-describedby=[wrong.then_some("target-wrong")];
                (fault(faults, "target"))
            }
        }
    }

    /// Of what: everything, an activity, or an exercise that the person does.
    pub(crate) fn whole(&self, faults: &Faults, exercises: &[String]) -> Markup {
        let wrong = faults.of("of").is_some();
        let option = |value: String, name: String| html! { option value=(value) selected[self.of == value] { (name) } };
        html! {
            label { "Of what"
                select name="of" aria-invalid=[wrong.then_some("true")] aria-describedby=[wrong.then_some("of-wrong")] {
                    option value="" { "Everything" }
                    @if !exercises.is_empty() {
                        optgroup label="Exercises" {
                            @for id in exercises { (option(format!("{EXERCISE}{id}"), format::exercise(id))) }
                        }
                    }
                    optgroup label="Activities" {
                        @for activity in ActivityType::ALL.iter().filter(|activity| **activity != ActivityType::Other) {
                            (option(format!("{ACTIVITY}{activity}"), format::activity(*activity)))
                        }
                    }
                }
                (fault(faults, "of"))
            }
        }
    }

    fn target(&self, measure: Measure, faults: &mut Faults) -> Option<u32> {
        measure.read(&self.target).map_err(|what| faults.add("target", what)).ok()
    }

    fn period(&self) -> Option<GoalPeriod> {
        PERIODS.into_iter().map(|(period, _)| period).find(|period| period.as_str() == self.period)
    }

    /// The end of the day that was chosen, where the person lives.
    fn due(&self, today: Day, zone: ZoneName, faults: &mut Faults) -> Option<Moment> {
        if self.due.is_empty() {
            return None;
        }
        let day = self.due.parse::<Day>().ok().filter(|day| *day >= today);
        let end = day.and_then(|day| day.date().at(23, 59, 59, 0).to_zoned(zone.zone()).ok());
        if end.is_none() {
            faults.add("due", "Choose a day from today on.");
        }
        end.map(|end| Moment::from(&end))
    }
}

/// What can be measured, in the units of who asks.
pub(crate) fn measures(form: &GoalForm, units: Units) -> Markup {
    html! {
        label { "Measured in"
            select name="metric" {
                @for measure in Measure::all(units) {
                    option value=(measure.metric) selected[form.metric == measure.metric.as_str()] { (measure.name) }
                }
            }
        }
    }
}
