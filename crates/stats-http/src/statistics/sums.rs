//! Sums: of everything, of a range, by activity, and of two ranges beside one another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stats_store::{Answer, Days, Tally};
use workout_events::ActivityType;

use crate::operation::{Date, Operation, Person, Span, about};
use crate::problem::{Code, Problem};

/// Sums over workouts. What no workout reports is `null`, which is not 0.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub(crate) struct Sums {
    /// How many workouts there are.
    workouts: i64,
    /// Seconds of training: the active ones where they are known, else from start to end.
    duration_s: i64,
    /// Kilocalories.
    energy_kcal: Option<i64>,
    /// Metres.
    distance_m: Option<i64>,
    /// Metres climbed.
    elevation_gain_m: Option<i64>,
    /// Working sets, which are all but the warm-ups.
    sets: i64,
    /// Repetitions in working sets.
    reps: i64,
    /// Grams times repetitions over working sets, without assisted ones.
    volume_g: Option<i64>,
    /// The same over warm-ups, for those who count them.
    warmup_volume_g: i64,
    /// How many of the workouts each of them is known for.
    known_for: KnownFor,
}

/// How many workouts report something.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
struct KnownFor {
    /// Energy.
    energy: i64,
    /// A distance.
    distance: i64,
    /// Metres climbed.
    elevation_gain: i64,
    /// Sets with a load and repetitions.
    volume: i64,
}

impl From<Tally> for Sums {
    fn from(tally: Tally) -> Self {
        Self {
            workouts: tally.workouts,
            duration_s: tally.duration_s,
            energy_kcal: tally.energy(),
            distance_m: tally.distance(),
            elevation_gain_m: tally.elevation_gain(),
            sets: tally.sets,
            reps: tally.reps,
            volume_g: tally.volume(),
            warmup_volume_g: tally.warmup_volume_g,
            known_for: KnownFor {
                energy: tally.energy_workouts,
                distance: tally.distance_workouts,
                elevation_gain: tally.elevation_workouts,
                volume: tally.volume_workouts,
            },
        }
    }
}

/// The sums of one activity.
#[derive(Debug, Serialize, JsonSchema)]
struct ActivitySums {
    /// The activity.
    activity: ActivityType,
    /// The sums.
    #[serde(flatten)]
    sums: Sums,
}

/// Two ranges of days beside one another.
#[derive(Debug, Serialize, JsonSchema)]
struct Comparison {
    /// Over the range that was asked for.
    one: Sums,
    /// Over the range that it is compared with.
    other: Sums,
    /// What the first has more; negative where it has less.
    difference: Difference,
}

/// What one range has more than another. `null` where one of them knows nothing.
#[derive(Debug, Serialize, JsonSchema)]
struct Difference {
    /// Workouts.
    workouts: i64,
    /// Seconds of training.
    duration_s: i64,
    /// Kilocalories.
    energy_kcal: Option<i64>,
    /// Metres.
    distance_m: Option<i64>,
    /// Metres climbed.
    elevation_gain_m: Option<i64>,
    /// Working sets.
    sets: i64,
    /// Repetitions.
    reps: i64,
    /// Grams times repetitions.
    volume_g: Option<i64>,
}

/// Some days, and an activity.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The first day. Absent means: since ever.
    from: Option<Date>,
    /// The last day. Absent means: for ever.
    to: Option<Date>,
    /// Only this activity. Absent means all.
    activity: Option<ActivityType>,
}

/// Some days.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AskedDays {
    /// The first day. Absent means: since ever.
    from: Option<Date>,
    /// The last day. Absent means: for ever.
    to: Option<Date>,
}

/// Two ranges of days.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AskedTwice {
    /// The first day.
    from: Date,
    /// The last day.
    to: Date,
    /// The first day of the range to compare with. Absent means: as many days, right before.
    with_from: Option<Date>,
    /// The last day of the range to compare with.
    with_to: Option<Date>,
    /// Only this activity. Absent means all.
    activity: Option<ActivityType>,
}

pub(super) fn operations() -> Vec<Operation> {
    const RANGE: &[Code] = &[Code::InvalidRange];
    vec![
        about("/v1/users/{user_id}/totals", "totals", "The sums of everything, or of some days.", totals).may(RANGE),
        about("/v1/users/{user_id}/activities", "activities", "The sums of each activity.", activities).may(RANGE),
        about("/v1/users/{user_id}/compare", "compare", "Two ranges of days beside one another.", compare).may(RANGE),
    ]
}

async fn totals(person: Person, asked: Asked) -> Result<Answer<Sums>, Problem> {
    let days = Span(asked.from, asked.to).or_all()?;
    if days == Days::ALL && asked.activity.is_none() {
        return Ok(person.lifetime.map(|lifetime| lifetime.sums.into()));
    }
    Ok(person.reader().total(person.user, days, asked.activity).await?.map(Sums::from))
}

async fn activities(person: Person, asked: AskedDays) -> Result<Answer<Vec<ActivitySums>>, Problem> {
    let days = Span(asked.from, asked.to).or_all()?;
    let found = person.reader().sums(person.user, days).await?;
    let sums = |sums: stats_store::Sums| ActivitySums { activity: sums.activity, sums: sums.sums.into() };
    Ok(found.map(|found| found.into_iter().map(sums).collect()))
}

async fn compare(person: Person, asked: AskedTwice) -> Result<Answer<Comparison>, Problem> {
    let one = Span(Some(asked.from), Some(asked.to)).or_all()?;
    let other = match (asked.with_from, asked.with_to) {
        (None, None) => {
            let length = one.last.since(one.first) + 1;
            Days::new(one.first.plus(-length), one.first.plus(-1))
        }
        (None, Some(_)) => return Err(Problem::parameter(Code::MissingParameter, "with_from")),
        (Some(_), None) => return Err(Problem::parameter(Code::MissingParameter, "with_to")),
        (from, to) => Span(from, to).or_all()?,
    };
    let compared = person.reader().compare(person.user, (one, other), asked.activity).await?;
    Ok(compared.map(|compared| {
        let (one, other) = (Sums::from(compared.one), Sums::from(compared.other));
        Comparison { one, other, difference: difference(&one, &other) }
    }))
}

fn difference(one: &Sums, other: &Sums) -> Difference {
    let known = |one: Option<i64>, other: Option<i64>| Some(one? - other?);
    Difference {
        workouts: one.workouts - other.workouts,
        duration_s: one.duration_s - other.duration_s,
        energy_kcal: known(one.energy_kcal, other.energy_kcal),
        distance_m: known(one.distance_m, other.distance_m),
        elevation_gain_m: known(one.elevation_gain_m, other.elevation_gain_m),
        sets: one.sets - other.sets,
        reps: one.reps - other.reps,
        volume_g: known(one.volume_g, other.volume_g),
    }
}
