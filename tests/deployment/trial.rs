//! What is tried, in its order.

use std::path::{Path, PathBuf};
use std::time::Duration;

use support::{http, wait};

use crate::crowd::{self, Crowd, Ledger};
use crate::engine::Engine;
use crate::images::Image;
use crate::stack::{Container, Stack};
use crate::{Outcome, Programs, progress, rights};

/// How long a container may take until it is well: those of a loaded machine are slow.
const WELL: Duration = Duration::from_mins(3);

/// How long what was confirmed may take until it is counted, after everything was restarted: the ladder of retries has
/// steps of 30 seconds, and the longest is five minutes.
const COUNTED: Duration = Duration::from_mins(6);

/// How many workouts are confirmed between two restarts.
const BETWEEN: usize = 40;

/// Publishers before consumers before servers.
const SERVICES: [&str; 5] = ["coach", "monolith", "stats", "postgres", "rabbitmq"];

/// Brings the stack up, tries it, and takes it down.
pub(crate) async fn run(engine: &Engine, programs: &Programs) -> Outcome {
    let root = root()?;
    // Removed after the stack that uses it.
    let image = Image::build(engine, &root, programs)?;
    let stack = Stack::new(engine, &root, image.name())?;
    let tried = attempt(&stack).await;
    if tried.is_err() {
        eprintln!("{}", stack.logs());
    }
    tried
}

async fn attempt(stack: &Stack<'_>) -> Outcome {
    progress("bringing the stack up");
    stack.compose(&["up", "--detach", "--no-build"])?;
    for service in SERVICES {
        well(stack, &stack.container(service)?).await?;
    }
    for service in ["stats", "coach", "monolith"] {
        rights::check_container(stack, &stack.container(service)?)?;
    }
    rights::check(stack)?;
    one_workout(stack).await?;

    let urls = ["coach", "monolith"].map(|service| stack.url(&stack.container(service)?));
    let mut crowd = Crowd::begin(&urls.into_iter().collect::<Outcome<Vec<_>>>()?)?;
    crowd.performs(BETWEEN).await?;
    for service in SERVICES {
        let container = stack.container(service)?;
        progress(&format!("restarting {service}, {} workouts are confirmed", crowd.confirmed()));
        stack.docker(&["restart", "--time=30", &container.id])?;
        well(stack, &container).await?;
        crowd.performs(BETWEEN).await?;
    }
    progress("three instances of the statistics");
    stack.compose(&["up", "--detach", "--no-build", "--no-recreate", "--scale", "stats=3", "stats"])?;
    let instances = stack.containers("stats")?;
    if instances.len() != 3 {
        return Err(format!("there are {} instances of the statistics", instances.len()));
    }
    for instance in &instances {
        well(stack, instance).await?;
    }
    shared(stack).await?;
    crowd.performs(BETWEEN).await?;
    progress("one of the three is killed, and starts again");
    stack.docker(&["kill", "--signal=KILL", &instances[1].id])?;
    crowd.performs(BETWEEN).await?;
    stack.docker(&["start", &instances[1].id])?;
    well(stack, &instances[1]).await?;

    let ledger = crowd.end().await?;
    counted(stack, &instances, &ledger).await?;
    rotated(stack).await
}

/// The coach gets other passwords, in the way that `docs/deploying.md` says, and goes on.
async fn rotated(stack: &Stack<'_>) -> Outcome {
    progress("other passwords for the coach");
    let database = stack.secret("coach-database-url")?;
    let sql = stack.rotate(&["rabbitmq-coach-password", "postgres-coach-password"])?;
    if stack.secret("coach-database-url")? == database {
        return Err("the password of the coach is the same as before".to_owned());
    }
    stack.compose(&["restart", "rabbitmq"])?;
    well(stack, &stack.container("rabbitmq")?).await?;
    stack.fed(&["exec", "-T", "postgres", "psql", "--username", "postgres"], &sql)?;
    stack.compose(&["up", "--detach", "--no-build", "--no-deps", "--force-recreate", "coach"])?;
    for service in ["coach", "monolith"] {
        well(stack, &stack.container(service)?).await?;
    }
    one_workout(stack).await?;
    // As a person would ask, with the words of compose.yaml.
    let password = ["--allow-plaintext", "--password-file", "/run/secrets/rabbitmq-operator-password"];
    let words = [&["run", "--rm", "-T", "workout", "dlq", "list", "stats.workouts"][..], &password].concat();
    stack.compose(&words).map(drop)
}

/// From the request to the statistics, and to the last workout that the monolith knows.
async fn one_workout(stack: &Stack<'_>) -> Outcome {
    progress("one workout, from the coach to the statistics and to the monolith");
    let (user, workout) = (crowd::uuid()?, crowd::uuid()?);
    crowd::perform(&stack.url(&stack.container("coach")?)?, &user, &workout, 0).await?;
    let [stats, monolith] = [stack.url(&stack.container("stats")?)?, stack.url(&stack.container("monolith")?)?];
    let seen = wait::poll(Duration::from_mins(1), || async {
        let is_counted = total(&stats, &user).await == Some(1);
        (is_counted && last(&monolith, &user).await.as_deref() == Some(&workout)).then_some(())
    });
    if seen.await.is_none() {
        let answer = http::get(&format!("{stats}/users/{user}/statistics")).await;
        return Err(format!("the workout is not seen: {answer:?}, last {:?}", last(&monolith, &user).await));
    }
    Ok(())
}

/// Nothing is lost, and nothing is doubled.
async fn counted(stack: &Stack<'_>, instances: &[Container], ledger: &Ledger) -> Outcome {
    let confirmed: usize = ledger.values().map(|performed| performed.workouts).sum();
    progress(&format!("counting {confirmed} confirmed workouts of {} people", ledger.len()));
    let urls = instances.iter().map(|instance| stack.url(instance)).collect::<Outcome<Vec<_>>>()?;
    let monolith = stack.url(&stack.container("monolith")?)?;
    for (user, performed) in ledger {
        for url in &urls {
            let is_counted =
                wait::poll(COUNTED, || async { (total(url, user).await == Some(performed.workouts)).then_some(()) });
            if is_counted.await.is_none() {
                let total = total(url, user).await;
                return Err(format!("{} workouts of {user} are confirmed, {total:?} counted", performed.workouts));
            }
        }
        let is_last = wait::poll(COUNTED, || async {
            (last(&monolith, user).await.as_ref() == Some(&performed.last)).then_some(())
        });
        is_last.await.ok_or_else(|| format!("the monolith has another last workout of {user}"))?;
    }
    // Whatever comes late would come now: nothing waits anywhere, and nothing was given up.
    let queues =
        wait::poll(COUNTED, || async { messages(stack).is_ok_and(|waiting| waiting.is_empty()).then_some(()) });
    queues.await.ok_or_else(|| format!("messages wait: {:?}", messages(stack)))?;
    for (user, performed) in ledger {
        let total = total(&urls[0], user).await;
        if total != Some(performed.workouts) {
            return Err(format!(
                "{} workouts of {user} are confirmed, {total:?} counted in the end",
                performed.workouts
            ));
        }
    }
    let verified = stack.compose(&["run", "--rm", "-T", "workout", "store", "verify"])?;
    progress(verified.lines().last().unwrap_or("the store is verified"));
    progress(&format!(
        "{confirmed} confirmed, {confirmed} counted by each of {} instances: none lost, none doubled",
        urls.len()
    ));
    Ok(())
}

async fn well(stack: &Stack<'_>, container: &Container) -> Outcome {
    let healthy = wait::poll(WELL, || async { stack.is_healthy(container).then_some(()) });
    healthy.await.ok_or_else(|| format!("{} is not well after {WELL:?}", container.service))?;
    if ["postgres", "rabbitmq"].contains(&container.service.as_str()) {
        return Ok(());
    }
    let url = stack.url(container)?;
    let ready = wait::poll(WELL, || async {
        let answer = http::get(&format!("{url}/readyz")).await;
        answer.is_ok_and(|answer| answer.status == 200).then_some(())
    });
    ready.await.ok_or_else(|| format!("{} is not ready after {WELL:?}", container.service))
}

/// All three read the queue.
async fn shared(stack: &Stack<'_>) -> Outcome {
    let rabbitmq = stack.container("rabbitmq")?;
    let read = wait::poll(WELL, || async {
        let words = ["rabbitmqctl", "--quiet", "list_queues", "--no-table-headers", "name", "consumers"];
        let said = stack.inside(&rabbitmq, &[], &words, "").unwrap_or_default();
        said.lines().any(|line| line.split_whitespace().eq(["stats.workouts", "3"])).then_some(())
    });
    read.await.ok_or_else(|| "three instances do not share the queue".to_owned())
}

/// The queues of work that have messages, with how many.
fn messages(stack: &Stack<'_>) -> Outcome<Vec<String>> {
    let words = ["rabbitmqctl", "--quiet", "list_queues", "--no-table-headers", "name", "messages"];
    let said = stack.inside(&stack.container("rabbitmq")?, &[], &words, "")?;
    let is_waiting = |line: &&str| line.split_whitespace().last() != Some("0") && line.contains('.');
    // A hint to other instances is nothing that anybody has to read, and the history keeps what was read.
    let is_work = |line: &&str| !["stats.changed", "workout.history"].iter().any(|name| line.starts_with(name));
    Ok(said.lines().filter(is_waiting).filter(is_work).map(str::to_owned).collect())
}

async fn total(url: &str, user: &str) -> Option<usize> {
    let answer =
        http::get(&format!("{url}/users/{user}/statistics")).await.ok().filter(|answer| answer.status == 200)?;
    usize::try_from(answer.json()["total_workouts"].as_u64()?).ok()
}

async fn last(url: &str, user: &str) -> Option<String> {
    let answer =
        http::get(&format!("{url}/users/{user}/last-workout")).await.ok().filter(|answer| answer.status == 200)?;
    Some(answer.json()["workout_id"].as_str()?.to_owned())
}

fn root() -> Outcome<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.map(Path::to_owned).ok_or_else(|| "this package is in no repository".to_owned())
}
