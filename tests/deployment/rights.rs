//! Least privilege: what the roles and users of the deployment may do, and what they are refused.

use crate::stack::{Container, Stack};
use crate::{Outcome, progress};

/// Role, database, statement, and whether it is permitted.
const STATEMENTS: [(&str, &str, &str, bool); 16] = [
    ("stats_reader", "stats", "SELECT count(*) FROM workout_stats.ledger", true),
    ("stats_reader", "stats", "BEGIN READ WRITE; DELETE FROM workout_stats.ledger", false),
    ("stats_reader", "stats", "BEGIN READ WRITE; CREATE TEMPORARY TABLE mine ()", false),
    ("stats_reader", "stats", "BEGIN READ WRITE; CREATE SCHEMA mine", false),
    ("stats_reader", "monolith", "SELECT 1", false),
    ("stats_ingest", "stats", "DELETE FROM workout_stats.ledger WHERE false", true),
    ("stats_ingest", "stats", "TRUNCATE workout_stats.ledger", false),
    ("stats_ingest", "stats", "DROP TABLE workout_stats.days", false),
    ("stats_ingest", "stats", "CREATE TABLE workout_stats.mine ()", false),
    ("stats_ingest", "coach", "SELECT 1", false),
    ("stats_owner", "stats", "CREATE ROLE mine", false),
    ("stats_owner", "coach", "SELECT 1", false),
    ("coach", "coach", "SELECT 1", true),
    ("coach", "stats", "SELECT 1", false),
    ("monolith", "coach", "SELECT 1", false),
    ("monolith", "postgres", "SELECT 1", false),
];

/// User, what he asks `workout` for, and whether it is permitted. What publishers and readers may do is tested against
/// the definitions in `tests/it/rights.rs`, message by message.
const COMMANDS: [(&str, &[&str], bool); 5] = [
    ("operator", &["dlq", "list", "stats.workouts"], true),
    ("operator", &["topology", "apply"], false),
    ("stats", &["topology", "apply"], false),
    ("coach", &["topology", "apply", "--queue=coach.mine=wod.requested"], false),
    ("monolith", &["tail"], false),
];

/// Tries each of them.
pub(crate) fn check(stack: &Stack<'_>) -> Outcome {
    progress("what roles and users may do, and may not");
    let postgres = stack.container("postgres")?;
    for (role, database, sql, permitted) in STATEMENTS {
        let password = stack.secret(&format!("postgres-{role}-password"))?;
        let place = format!("host=postgres user={role} dbname={database}");
        let words = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", &place, "--command", sql];
        let done = stack.inside(&postgres, &[("PGPASSWORD", &password)], &words, "");
        expect(&format!("{role} in {database}: {sql}"), permitted, done, &["permission denied", "must be owner"])?;
    }
    let stats = stack.container("stats")?;
    for (user, words, permitted) in COMMANDS {
        let url = stack.secret(&format!("{user}-amqp-url"))?;
        let words = [&["workout"], words, &["--allow-plaintext"]].concat();
        let done = stack.inside(&stats, &[("AMQP_URL", &url)], &words, "");
        expect(&format!("{user}: {}", words.join(" ")), permitted, done, &["refused"])?;
    }
    Ok(())
}

/// What every container of ours is: nobody in particular, in a file system that stays as it is, without secrets in sight.
pub(crate) fn check_container(stack: &Stack<'_>, container: &Container) -> Outcome {
    let what = |what: &str| format!("{}: {what}", container.service);
    let user = stack.inside(container, &[], &["id", "-u"], "")?;
    if user.trim() != "10001" {
        return Err(what(&format!("it runs as {user}")));
    }
    let done = stack.inside(container, &[], &["touch", "/usr/local/bin/workout", "/here"], "");
    expect(&what("writes into its image"), false, done, &["Read-only file system"])?;
    let environment = stack.docker(&["inspect", "--format", "{{json .Config.Env}} {{json .Args}}", &container.id])?;
    if environment.contains("://") {
        return Err(what("a URL, which has a password, is in its environment or its arguments"));
    }
    Ok(())
}

fn expect(what: &str, permitted: bool, done: Outcome<String>, refusals: &[&str]) -> Outcome {
    match (permitted, done) {
        (true, Ok(_)) => Ok(()),
        (true, Err(problem)) => Err(format!("{what} is refused: {problem}")),
        (false, Ok(_)) => Err(format!("{what} is permitted")),
        // For this reason and no other.
        (false, Err(problem)) if refusals.iter().any(|refusal| problem.contains(refusal)) => Ok(()),
        (false, Err(problem)) => Err(format!("{what} fails, and not because it is refused: {problem}")),
    }
}
