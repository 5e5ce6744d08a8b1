//! Requests for everybody, by a coach.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use ureq::Agent;
use ureq::http::StatusCode;
use ureq::tls::TlsConfig;
use workout_events::UserId;
use workout_events::jiff::civil::Date;

use crate::failure::Failure;
use crate::output::say;
use crate::progress;
use crate::trust;
use crate::wod::Request;

/// How long a page may take.
const LIMIT: Duration = Duration::from_mins(1);

/// How often a page is asked for again that the coach could not store, which is safe, and after which pause.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(500);

/// The largest answer that makes sense.
const MAX_BYTES: u64 = 64 * 1024;

/// What was requested, as `--json` prints it.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    day: String,
    people: u64,
    requested: u64,
    known: u64,
    seconds: f64,
}

/// What the coach says of a page.
#[derive(Deserialize)]
struct Page {
    people: u64,
    requested: u64,
    left: Option<u64>,
    next: Option<UserId>,
}

impl Summary {
    pub(super) fn text(&self) -> String {
        let Self { day, people, requested, known, seconds } = self;
        format!("{people} people have a request for {day}: {requested} new, {known} known before, in {seconds} s")
    }
}

/// Asks for one page after the other, up to the last, or to one that fails.
pub(super) fn ask(request: &Request, day: Date) -> Result<(Summary, Result<(), Failure>), Failure> {
    let agent = agent(request)?;
    let base = format!("{}/wods/requests?day={day}", request.coach.trim_end_matches('/'));
    let mut summary = Summary { day: day.to_string(), people: 0, requested: 0, known: 0, seconds: 0.0 };
    let (start, mut bar, mut after) = (Instant::now(), None, None);
    let end = loop {
        let url = after.map_or_else(|| base.clone(), |after: UserId| format!("{base}&after={after}"));
        let page = match page(&agent, &url) {
            Ok(page) => page,
            Err(failure) => break Err(failure),
        };
        summary.people += page.people;
        summary.requested += page.requested;
        summary.known += page.people.saturating_sub(page.requested);
        bar.get_or_insert_with(|| progress::count(page.people + page.left.unwrap_or_default())).inc(page.people);
        after = page.next;
        if after.is_none() {
            break Ok(());
        }
    };
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    summary.seconds = (start.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0;
    Ok((summary, end))
}

/// A page. What is away or busy for a moment is asked again.
fn page(agent: &Agent, url: &str) -> Result<Page, Failure> {
    for attempt in 1.. {
        let answer = agent.post(url).header("content-type", "application/json").send("{}");
        let mut answer = answer.map_err(|error| Failure::because("coach", &error))?;
        let body = answer.body_mut().with_config().limit(MAX_BYTES).read_to_vec();
        let body = body.map_err(|error| Failure::because("coach", &error))?;
        match answer.status() {
            StatusCode::OK => {
                let page = serde_json::from_slice(&body);
                return page.map_err(|_| Failure::new("coach: what answers there is no coach"));
            }
            StatusCode::SERVICE_UNAVAILABLE if attempt < ATTEMPTS => {
                say("the coach cannot store anything at the moment, and is asked again");
                std::thread::sleep(PAUSE * attempt);
            }
            status => return Err(Failure::new(format!("coach: it answers {status}"))),
        }
    }
    Err(Failure::new("coach: it cannot store anything"))
}

fn agent(request: &Request) -> Result<Agent, Failure> {
    let tls = match request.coach.split_once("://") {
        Some(("http", _)) => TlsConfig::default(),
        Some(("https", _)) => trust::config(request.link.authority())?,
        _ => return Err(Failure::new("the URL of the coach is of the form http://127.0.0.1:8081")),
    };
    let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(LIMIT)).max_redirects(0);
    // A coach is reached as directly as a broker.
    Ok(config.proxy(None).tls_config(tls).build().new_agent())
}
