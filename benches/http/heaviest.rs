//! What is heaviest to answer: everything of a person who has done a lot.

use workout_benches::Failure;

use crate::{KEPT, TOGETHER, Wanted, client, ours};

/// How often each is asked.
const TIMES: usize = 640;

/// What is asked, about ten years or as much of them as may be asked for at once.
const QUESTIONS: [(&str, &str); 6] = [
    ("sums of ten years", "totals?from=2015-01-01&to=2025-01-01"),
    ("months of ten years", "series?period=month&from=2015-01-01&to=2025-01-01"),
    ("weeks of ten years", "series?period=week&from=2015-01-01&to=2025-01-01"),
    ("days of three years", "series?period=day&from=2022-01-01&to=2025-01-01"),
    ("calendar of three years", "calendar?from=2022-01-01&to=2025-01-01"),
    ("streaks", "streaks"),
];

/// Prints the 99th of a hundred, without answers that are kept and with them.
pub(crate) async fn measure(url: &str, wanted: &Wanted) -> Result<(), Failure> {
    let person = ours::fill_one(url, wanted.workouts).await?;
    println!(
        "one person with {} workouts, {TOGETHER} connections: p99 in ms, computed each time and kept",
        wanted.workouts
    );
    for (what, path) in QUESTIONS {
        let mut p99 = Vec::new();
        for kept in [0, KEPT] {
            let (address, store) = ours::serve(url, wanted.connections, kept).await?;
            let path = format!("/v1/users/{person}/{path}");
            client::body(address, &path).await?;
            let seen = client::ask(address, vec![path; TIMES], TOGETHER).await?;
            p99.push(seen.p99.as_secs_f64() * 1_000.0);
            store.close().await;
        }
        println!("  {what:24} {:8.2} {:8.2}", p99[0], p99[1]);
    }
    Ok(())
}
