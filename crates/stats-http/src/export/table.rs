//! Workouts as a table for people and their spreadsheets.

use stats_store::WholeWorkout;

pub(super) const HEAD: &str = "workout_id,revision,day,started_at,ended_at,time_zone,activity,title,duration_s,\
                               energy_kcal,distance_m,elevation_gain_m,volume_g,sets,avg_hr,source\r\n";

/// A line. What nobody has reported is empty, which is not 0.
pub(super) fn line(workout: &WholeWorkout) -> String {
    fn known(value: Option<impl ToString>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    let (brief, data) = (&workout.brief, &workout.data);
    let cells = [
        brief.workout_id.to_string(),
        brief.revision.to_string(),
        brief.day.to_string(),
        brief.started_at.to_string(),
        data.ended_at.timestamp().to_string(),
        data.time_zone.to_string(),
        brief.activity.as_str().to_owned(),
        text(data.title.as_deref().unwrap_or_default()),
        brief.duration_s.to_string(),
        known(brief.energy_kcal),
        known(brief.distance_m),
        known(brief.elevation_gain_m),
        known(brief.volume_g),
        brief.sets.to_string(),
        known(data.avg_hr),
        text(&data.source.name),
    ];
    cells.join(",") + "\r\n"
}

/// What somebody wrote, as RFC 4180 has it. What a spreadsheet would compute gets an apostrophe before it.
fn text(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_one_cell_and_is_never_computed() {
        for (written, want) in [
            ("Leg day", "Leg day"),
            ("Legs, \"easy\"", "\"Legs, \"\"easy\"\"\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("-a,\nb", "\"'-a,\nb\""),
        ] {
            assert_eq!(text(written), want);
        }
    }
}
