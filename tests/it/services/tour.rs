//! `examples/pipeline`, which the guide walks through.

use std::process::Command;

use support::service;

#[test]
fn the_tour_tells_what_the_guide_shows() {
    let output = Command::new(service::built("pipeline")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), TOLD);
}

const TOLD: &str = "\
published Running, revision 1: Confirmed
published Running, revision 1: Confirmed
published Strength, revision 2: Confirmed
published Strength, revision 1: Confirmed
published a message with a mistake: Confirmed
stats.workouts: 4 handled, 1 refused
monolith.last-workout: 4 handled, 1 refused
last workout: Strength, revision 2, 2400 s
200 OK {\"total_workouts\":2,\"total_duration\":6000,\"total_calories_burned\":480,\"average_session_duration\":3000.0}
dead letter: quarantined, below_minimum at /data/active_s
";
