//! The figures of a person, for people.

use stats_store::{Answer, Figures, Streak};

pub(super) fn lines(answer: &Answer<Figures>) -> Vec<String> {
    let Answer { as_of, value: figures, .. } = answer;
    let sums = &figures.lifetime.sums;
    let known = |workouts: i64| format!("known for {workouts} of {}", sums.workouts);
    let mut lines = vec![
        row("workouts", &sums.workouts.to_string()),
        row("training", &hours(sums.duration_s)),
        row("energy", &with(sums.energy(), |kcal| format!("{kcal} kcal, {}", known(sums.energy_workouts)))),
        row(
            "distance",
            &with(sums.distance(), |m| format!("{}, {}", thousandths(m, "km"), known(sums.distance_workouts))),
        ),
        row("climbed", &with(sums.elevation_gain(), |m| format!("{m} m, {}", known(sums.elevation_workouts)))),
        row("volume", &with(sums.volume(), |g| format!("{}, {}", thousandths(g, "kg"), known(sums.volume_workouts)))),
        row("streak", &format!("{}, {}", days(&figures.streaks.days), weeks(&figures.streaks.weeks))),
        row("longest", &format!("{}, {}", days(&figures.streaks.longest_days), weeks(&figures.streaks.longest_weeks))),
    ];
    lines.extend(
        figures.activities.iter().map(|of| {
            row(of.activity.as_str(), &format!("{} workouts, {}", of.sums.workouts, hours(of.sums.duration_s)))
        }),
    );
    lines.push(row("exercises", &figures.exercises.len().to_string()));
    if let Some(last) = &figures.last_workout {
        lines.push(row("last", &format!("{} on {}", last.activity.as_str(), last.day)));
    }
    let changed = as_of.changed_at.map_or_else(|| "never".to_owned(), |at| format!("{at:.0}"));
    lines.push(row("changed", &format!("{changed}, version {}", as_of.version)));
    lines
}

fn row(name: &str, value: &str) -> String {
    format!("{name:<12} {value}")
}

/// What nobody reports is not 0.
fn with(value: Option<i64>, text: impl FnOnce(i64) -> String) -> String {
    value.map_or_else(|| "not known".to_owned(), text)
}

fn hours(seconds: i64) -> String {
    format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60)
}

/// Rounded down to a tenth.
fn thousandths(value: i64, unit: &str) -> String {
    format!("{}.{} {unit}", value / 1_000, value / 100 % 10)
}

fn days(streak: &Streak) -> String {
    count(streak.length, "day")
}

fn weeks(streak: &Streak) -> String {
    count(streak.length, "week")
}

fn count(number: u32, unit: &str) -> String {
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!([hours(59), hours(3_600), hours(359_999)], ["0 h 00 min", "1 h 00 min", "99 h 59 min"]);
        assert_eq!([thousandths(0, "km"), thousandths(42_195, "km")], ["0.0 km", "42.1 km"]);
        assert_eq!([count(0, "day"), count(1, "day"), count(2, "week")], ["0 days", "1 day", "2 weeks"]);
    }
}
