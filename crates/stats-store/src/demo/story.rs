//! A person's story, told as facts.

use workout_events::jiff::civil::Date;
use workout_events::jiff::{Timestamp, ToSpan, Zoned};
use workout_events::types::goal::{GoalMetric, GoalPeriod, GoalSet};
use workout_events::types::user::{Units, UserRegistered, UserVisibilityChanged, WeekStart};
use workout_events::types::workout::Modality;
use workout_events::{
    ActivityType, Event, EventId, EventType, GoalId, Source, UserId, WorkoutDeleted, WorkoutId, WorkoutPerformed,
    ZoneName,
};

use super::chance::Chance;
use super::day::{self, Plan};
use super::{endurance, strength};
use crate::fact::Fact;

/// Who says all this.
const SOURCE: &str = "/demo";

const TITLES: [&str; 5] = ["Evening session", "Quick one", "With Grace", "Before dinner", "Hard work"];
const NOTES: [&str; 4] = [
    "Felt heavy; the grip gave out on the last set.",
    "Slept badly, kept it easy.",
    "Everything moved well today. More next week.",
    "New shoes.",
];

/// What a person did until now: lifting, running and riding, with holidays, illness, corrections and a deletion.
#[derive(Debug, Clone)]
#[must_use = "a story is told by its facts"]
pub struct Story {
    user: UserId,
    days: i64,
    most: usize,
}

impl Story {
    /// So many years of training, four or five workouts a week.
    pub fn years(user: UserId, years: u8) -> Self {
        Self { user, days: i64::from(years) * 365, most: usize::MAX }
    }

    /// Somebody who has begun this week, and has three workouts.
    pub fn newcomer(user: UserId) -> Self {
        Self { user, days: 7, most: 3 }
    }

    /// The facts, in the order in which they happened. None of them lies after `now`.
    ///
    /// The same user and the same `now` have the same facts.
    #[must_use]
    pub fn facts(&self, now: Timestamp) -> Vec<Fact> {
        let home = ZoneName::new("Europe/Berlin").unwrap_or_else(|_| ZoneName::utc());
        let today = home.zone().to_datetime(now).date();
        let Ok(first) = today.checked_sub(self.days.days()) else { return Vec::new() };
        let registered = UserRegistered::new(self.user, home, WeekStart::Monday, 0, Units::Metric);
        let begin = first.to_zoned(home.zone().clone()).map_or(Timestamp::UNIX_EPOCH, |day| day.timestamp());
        // The id of this event follows from nothing, so it would be another one each time.
        let id = EventId::from_foreign("demo", &self.user.to_string());
        let registered = Event::builder(SOURCE, registered).id(id).time(begin).build();
        let mut facts: Vec<_> = registered.iter().map(Fact::from).collect();
        facts.extend(self.shown(begin));
        if self.most == usize::MAX {
            facts.extend(self.goals(begin));
        }
        let mut chance = Chance::new(self.user.as_uuid().as_u64_pair().1);
        let mut told = 0;
        for (number, date) in first.series(1.day()).take_while(|date| *date <= today).enumerate() {
            let week = u32::try_from(number / 7).unwrap_or(0);
            let Some(workout) = self.workout(date, week, &mut chance) else { continue };
            if told == self.most || workout.ended_at.timestamp() > now {
                break;
            }
            told += 1;
            tell(&mut facts, workout, now, &mut chance);
        }
        facts
    }

    /// A short ride that ends at this moment: for a page that is to move while somebody looks at it.
    ///
    /// It takes no more than four minutes, so that rides which end five minutes apart do not overlap.
    #[must_use]
    pub fn ride_until(&self, now: Timestamp) -> Option<WorkoutPerformed> {
        let mut chance = Chance::new(self.user.as_uuid().as_u64_pair().1 ^ now.as_second().unsigned_abs());
        let seconds = chance.between(150, 240);
        let home = ZoneName::new("Europe/Berlin").ok()?;
        let ended = now.to_zoned(home.zone().clone());
        let started = ended.checked_sub(i64::from(seconds).seconds()).ok()?;
        let id = WorkoutId::from_foreign("demo", &format!("{}/{now}", self.user));
        let source = watch(ended.date()).external_id(now.to_string());
        let mut ride = WorkoutPerformed::new(id, self.user, source, ActivityType::Cycling, &started, &ended);
        ride.distance_m = Some(seconds * chance.between(45, 75) / 10);
        ride.energy_kcal = Some(seconds / 8);
        ride.title = Some("To the shops".to_owned());
        Some(ride)
    }

    /// The person is to be seen on leaderboards.
    fn shown(&self, at: Timestamp) -> Option<Fact> {
        let mut wish = UserVisibilityChanged::new(self.user);
        wish.leaderboard = Some(true);
        wish.display_name = Some(format!("Demo {}", &self.user.to_string()[..4]));
        let id = EventId::from_foreign("demo", &format!("{}/shown", self.user));
        Event::builder(SOURCE, wish).id(id).time(at).build().ok().map(|event| Fact::from(&event))
    }

    /// What an ambitious person wants.
    fn goals(&self, begin: Timestamp) -> Vec<Fact> {
        let goal = |name: &str, metric, target, period| {
            let id = GoalId::from_foreign("demo", &format!("{}/{name}", self.user));
            let mut goal = GoalSet::new(id, self.user, metric, target, period);
            goal.starts_at = Some(begin.into());
            goal
        };
        let mut run = goal("run", GoalMetric::DistanceM, 120_000, GoalPeriod::Monthly);
        run.activity_type = Some(ActivityType::Running);
        let mut squat = goal("squat", GoalMetric::E1rmG, 180_000, GoalPeriod::Once);
        (squat.exercise_id, squat.title) = (Some("back-squat".to_owned()), Some("Squat 180".to_owned()));
        let week = goal("week", GoalMetric::Workouts, 4, GoalPeriod::Weekly);
        let year = goal("year", GoalMetric::DurationS, 250 * 3_600, GoalPeriod::Yearly);
        let said = |goal: GoalSet| {
            let id = EventId::from_foreign("demo", &goal.goal_id.to_string());
            let event = Event::builder(SOURCE, goal).id(id).time(begin).build();
            event.ok().map(|event| Fact::from(&event))
        };
        [week, run, year, squat].into_iter().filter_map(said).collect()
    }

    fn workout(&self, date: Date, week: u32, chance: &mut Chance) -> Option<WorkoutPerformed> {
        let plan = day::plan(date, chance);
        let started = day::start(date, chance)?;
        let id = WorkoutId::from_foreign("demo", &format!("{}/{date}", self.user));
        let outing = endurance::outing(plan, week, chance);
        let mut workout = if let Some(outing) = outing {
            let ended = after(&started, outing.seconds + chance.between(0, 300))?;
            let source = watch(date);
            let mut workout = WorkoutPerformed::new(id, self.user, source, outing.activity, &started, &ended);
            outing.write_into(&mut workout, chance);
            workout.avg_hr = Some(u16::try_from(chance.between(138, 156)).unwrap_or(140));
            workout.max_hr = Some(u16::try_from(chance.between(165, 184)).unwrap_or(170));
            workout
        } else {
            let exercises = match plan {
                Plan::Squat => strength::squat_day(week, chance),
                Plan::Pull => strength::pull_day(week, chance),
                Plan::Run | Plan::LongRun | Plan::Ride | Plan::Rest => return None,
            };
            let ended = after(&started, chance.between(3_000, 4_500))?;
            let source = Source::new("notebook");
            let strength = ActivityType::Strength;
            let mut workout = WorkoutPerformed::new(id, self.user, source, strength, &started, &ended);
            workout.exercises = exercises;
            workout.energy_kcal = chance.percent(30).then(|| chance.between(240, 420));
            workout.session_rpe_x10 = Some(u8::try_from(chance.between(65, 95)).unwrap_or(80));
            workout
        };
        workout.title = chance.percent(35).then(|| chance.one_of(&TITLES)).flatten().map(str::to_owned);
        workout.notes = chance.percent(20).then(|| chance.one_of(&NOTES)).flatten().map(str::to_owned);
        Some(workout)
    }
}

/// Most workouts are told once. Some are corrected a day later, and a few were entered by mistake.
fn tell(facts: &mut Vec<Fact>, workout: WorkoutPerformed, now: Timestamp, chance: &mut Chance) {
    let end = workout.ended_at.timestamp();
    let later = end.saturating_add(20.hours()).unwrap_or(end);
    let corrected = (chance.percent(3) && later < now).then(|| {
        let mut corrected = workout.clone().revision(2);
        corrected.notes = Some("Corrected: the watch was stopped late.".to_owned());
        corrected.active_s = u32::try_from(workout.duration_s() * 95 / 100).ok();
        corrected
    });
    let deleted = (chance.percent(1) && later < now).then(|| WorkoutDeleted::new(workout.workout_id, 9));
    facts.extend(fact(end, workout));
    facts.extend(corrected.and_then(|workout| fact(later, workout)));
    facts.extend(deleted.and_then(|deleted| fact(later, deleted)));
}

fn fact<T: EventType>(at: Timestamp, data: T) -> Option<Fact>
where
    Fact: for<'e> From<&'e Event<T>>,
{
    Event::builder(SOURCE, data).time(at).build().ok().map(|event| Fact::from(&event))
}

fn watch(date: Date) -> Source {
    Source::new("watch").external_id(date.to_string()).modality(Modality::Sensed)
}

fn after(started: &Zoned, seconds: u32) -> Option<Zoned> {
    started.checked_add(i64::from(seconds).seconds()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2025-06-15T18:00:00Z".parse().expect("a moment")
    }

    #[test]
    fn the_same_story_has_the_same_facts() {
        let user = UserId::from_foreign("demo", "ada");
        let facts = Story::years(user, 2).facts(now());
        assert!(facts == Story::years(user, 2).facts(now()), "two tellings differ");
        assert!((300..600).contains(&facts.len()), "{}", facts.len());
    }

    #[test]
    fn rides_five_minutes_apart_keep_the_contract_and_do_not_overlap() {
        let story = Story::newcomer(UserId::from_foreign("demo", "grace"));
        let mut free = Timestamp::UNIX_EPOCH;
        for minutes in (0..500).step_by(5) {
            let ride = story.ride_until(now() + minutes.minutes()).expect("a ride");
            assert!(free <= ride.started_at.timestamp(), "the one before was not over at {}", ride.started_at);
            free = ride.ended_at.timestamp();
            assert!(Event::new(SOURCE, ride).is_ok());
        }
    }

    #[test]
    fn a_newcomer_has_three_workouts() {
        let facts = Story::newcomer(UserId::from_foreign("demo", "grace")).facts(now());
        let workouts = facts.iter().filter_map(Fact::workout_id).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(workouts.len(), 3);
    }
}
