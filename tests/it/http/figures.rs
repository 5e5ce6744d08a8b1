//! One definition: whoever asks for a figure, and wherever, is told the same number.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use stats_http::{Api, Dashboard};
use stats_store::demo::Story;
use stats_store::{StatsStore, StatsWriter};
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use workout_events::UserId;
use workout_events::jiff::Timestamp;

use crate::command;

fn now() -> Timestamp {
    "2025-06-14T18:00:00Z".parse().unwrap()
}

/// The first day that there is, and the last one.
const EVER: &str = "from=1970-01-01&to=2199-12-31";

#[tokio::test(flavor = "multi_thread")]
async fn dashboard_api_files_and_command_say_the_same_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let place = format!("sqlite://{}", folder.path().join("stats.db").display());
    let store = StatsStore::connect(&place).await.unwrap();
    // One of the demo, and three of whom nobody knows what they did.
    let mut people = vec![(UserId::from_foreign("demo", "ada"), 5)];
    people.extend([1, 2, 3].map(|years| (UserId::generate(), years)));
    for (user, years) in &people {
        write(&*store.writer(), &Story::years(*user, *years)).await;
    }
    let pages = Dashboard::new(store.reader()).clock(now).routes();
    let app = Api::new(store.reader()).rate_limit(None).guarded(pages).router();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(stats_http::serve(listener, app, std::future::pending()));
    let compared = spawn_blocking(move || {
        let workout = command::path();
        for (user, _) in people {
            compare(&url, &workout, &place, user);
        }
    });
    compared.await.unwrap();
    serving.abort();
}

async fn write(writer: &dyn StatsWriter, story: &Story) {
    for facts in story.facts(now()).chunks(500) {
        let _ = writer.write(facts).await.unwrap();
    }
}

fn compare(url: &str, workout: &Path, place: &str, user: UserId) {
    let get = |path: &str| ureq::get(format!("{url}{path}")).call().unwrap().body_mut().read_to_string().unwrap();
    let json = |path: &str| serde_json::from_str::<Value>(&get(path)).unwrap();
    let api = json(&format!("/v1/users/{user}/totals?{EVER}"))["data"].clone();
    assert!(api["workouts"].as_i64().unwrap() > 100, "{api}");

    // The four names that were agreed with others.
    let agreed = json(&format!("/users/{user}/statistics"));
    assert_eq!(agreed["total_workouts"], api["workouts"]);
    assert_eq!(agreed["total_duration"], api["duration_s"]);
    assert_eq!(agreed["total_calories_burned"], api["energy_kcal"]);

    let mut command = Command::new(workout);
    command.args(["store", "stats", "--json", "--today", "2025-06-14", "--store", place, "--user", &user.to_string()]);
    let said = command.output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    for name in ["workouts", "duration_s", "energy_kcal", "distance_m", "elevation_gain_m", "volume_g", "sets", "reps"]
    {
        assert_eq!(said["sums"][name].as_i64().unwrap(), api[name].as_i64().unwrap_or(0), "{name}");
    }

    let table = get(&format!("/v1/users/{user}/export?format=csv"));
    let mut lines = table.lines();
    let names: Vec<_> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<_>> = lines.map(|line| line.split(',').collect()).collect();
    let whole = json(&format!("/v1/users/{user}/export?format=json"));
    assert_eq!(whole["data"]["sums"], api);
    let briefs: Vec<_> = whole["data"]["workouts"].as_array().unwrap().iter().map(|one| &one["brief"]).collect();
    assert_eq!((rows.len(), briefs.len()), (of(&api, "workouts"), of(&api, "workouts")));
    for name in ["duration_s", "energy_kcal", "distance_m", "elevation_gain_m", "volume_g", "sets"] {
        let at = names.iter().position(|one| *one == name).unwrap();
        let rows: i64 = rows.iter().map(|row| row[at].parse::<i64>().unwrap_or(0)).sum();
        let briefs: i64 = briefs.iter().map(|brief| brief[name].as_i64().unwrap_or(0)).sum();
        assert_eq!((rows, briefs), (api[name].as_i64().unwrap_or(0), api[name].as_i64().unwrap_or(0)), "{name}");
    }

    // A page says what people read: rounded once, from the same integers.
    let page = |figure: &str| {
        let page = get(&format!("/dashboard/{user}/why?figure={figure}&{EVER}"));
        let rest = page.split("data-figure=\"total\">").nth(1).unwrap();
        rest.split('<').next().unwrap().replace(['\u{a0}', '\u{202f}'], " ")
    };
    let grouped = |number: i64| {
        if number < 1_000 { number.to_string() } else { format!("{} {:03}", number / 1_000, number % 1_000) }
    };
    assert_eq!(page("workouts"), format!("{} workouts", grouped(api["workouts"].as_i64().unwrap())));
    let minutes = (api["duration_s"].as_i64().unwrap() + 30) / 60;
    assert_eq!(page("time"), format!("{} h {} min", grouped(minutes / 60), minutes % 60).replace(" 0 min", ""));
    let kilometres = (api["distance_m"].as_i64().unwrap() + 500) / 1_000;
    assert_eq!(page("distance"), format!("{} km", grouped(kilometres)));
    let tonnes = (api["volume_g"].as_i64().unwrap() + 500_000) / 1_000_000;
    assert_eq!(page("volume"), format!("{} t", grouped(tonnes)));

    // Records and goals are as many, and have the same values.
    let records = json(&format!("/v1/users/{user}/records"));
    let shown = get(&format!("/dashboard/{user}/records"));
    assert_eq!(shown.matches("class=\"number record").count(), records["data"].as_array().unwrap().len());
}

fn of(sums: &Value, name: &str) -> usize {
    usize::try_from(sums[name].as_i64().unwrap()).unwrap()
}
