//! The figures that a page shows: one definition for the number, its name and its explanation.

use maud::{Markup, html};
use stats_store::{Days, Performed, Tally};

use super::format::{Amount, Units, change, duration};
use super::visit::Visit;

/// What can be asked "why".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Figure {
    Workouts,
    Time,
    Volume,
    Distance,
    Energy,
}

impl Figure {
    pub(crate) const ALL: [Self; 5] = [Self::Workouts, Self::Time, Self::Volume, Self::Distance, Self::Energy];

    /// In addresses.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Workouts => "workouts",
            Self::Time => "time",
            Self::Volume => "volume",
            Self::Distance => "distance",
            Self::Energy => "energy",
        }
    }

    pub(crate) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.key() == key)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Workouts => "Workouts",
            Self::Time => "Time",
            Self::Volume => "Volume",
            Self::Distance => "Distance",
            Self::Energy => "Energy",
        }
    }

    /// What the number means, in a sentence for people.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Workouts => "Workouts that were neither deleted nor replaced by a correction, each once.",
            Self::Time => "The active time of each workout where it is known, else the time from its start to its end.",
            Self::Volume => {
                "Repetitions times load over all working sets. Warm-ups do not count, and neither does help by a band or a machine."
            }
            Self::Distance => "The distance of each workout that reports one.",
            Self::Energy => {
                "The kilocalories of each workout that reports them. Those that do not are not taken for 0."
            }
        }
    }

    pub(crate) fn of(self, sums: &Tally) -> Amount {
        match self {
            Self::Workouts => Amount::Workouts(sums.workouts),
            Self::Time => Amount::Seconds(sums.duration_s),
            Self::Volume => Amount::VolumeG(sums.volume()),
            Self::Distance => Amount::DistanceM(sums.distance()),
            Self::Energy => Amount::EnergyKcal(sums.energy()),
        }
    }

    /// What one workout contributes.
    pub(crate) fn of_workout(self, workout: &Performed) -> Amount {
        match self {
            Self::Workouts => Amount::Workouts(1),
            Self::Time => Amount::Seconds(workout.duration_s),
            Self::Volume => Amount::VolumeG(workout.volume_g),
            Self::Distance => Amount::DistanceM(workout.distance_m),
            Self::Energy => Amount::EnergyKcal(workout.energy_kcal),
        }
    }

    /// Of how many workouts it is known, where that is not all of them.
    pub(crate) fn coverage(self, sums: &Tally) -> Option<String> {
        let known = match self {
            Self::Workouts | Self::Time => return None,
            Self::Volume => sums.volume_workouts,
            Self::Distance => sums.distance_workouts,
            Self::Energy => sums.energy_workouts,
        };
        match known {
            0 => Some("not reported".to_owned()),
            _ => (known < sums.workouts).then(|| format!("known for {known} of {}", sums.workouts)),
        }
    }
}

/// A figure with its change against the stretch before, and the question why.
pub(crate) fn card(visit: &Visit, figure: Figure, now: &Tally, before: &Tally, days: Days) -> Markup {
    let units = visit.site.viewer.units;
    let (amount, earlier) = (figure.of(now), figure.of(before));
    html! {
        div class="figure" {
            dt {
                (figure.name())
                a class="why" href=(visit.why(figure, days)) aria-label={ "Why: " (figure.name()) } { "why?" }
            }
            dd {
                span class="number" data-figure=(figure.name()) { (amount.text(units)) }
                @if before.workouts > 0 && let Some(change) = change(amount, earlier, units) { span class="change" { (change) } }
                @if let Some(coverage) = figure.coverage(now) { span class="note" { (coverage) } }
            }
        }
    }
}

/// The pace of those who run and the speed of those who ride.
pub(crate) fn how_fast(workout: &Performed, units: Units) -> Option<String> {
    use workout_events::ActivityType as Activity;
    let metres = workout.distance_m.filter(|metres| *metres > 0)?;
    match workout.activity {
        Activity::Cycling | Activity::IndoorCycling | Activity::MountainBiking => {
            units.speed(workout.duration_s, metres)
        }
        _ => units.pace(workout.duration_s, metres),
    }
}

/// A workout in a few words: how long, how far, how much.
pub(crate) fn brief(workout: &Performed, units: Units) -> Vec<String> {
    let known = [
        Some(duration(workout.duration_s)),
        workout.distance_m.map(|metres| units.distance(metres)),
        how_fast(workout, units),
        workout.volume_g.map(|grams| units.volume(grams)),
    ];
    known.into_iter().flatten().collect()
}
