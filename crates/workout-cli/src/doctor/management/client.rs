//! HTTP, bounded in time and size.

use std::fs;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::http::{Response, StatusCode, header};
use ureq::tls::TlsConfig;
use workout_events::jiff::fmt::rfc2822::DateTimeParser;
use workout_events::jiff::{SignedDuration, Timestamp};

use crate::doctor::arguments::Arguments;
use crate::doctor::place::Place;
use crate::failure::Failure;
use crate::trust;

/// How long all questions together may take.
const ALL: Duration = Duration::from_secs(30);

/// How long one of them may.
const ONE: Duration = Duration::from_secs(10);

/// How large an answer may be: some 20,000 queues.
const MAX_BYTES: u64 = 16 << 20;

/// Has the credentials, so it cannot be shown.
pub(super) struct Client {
    agent: Agent,
    base: String,
    authorization: String,
    until: Instant,
}

/// What the API said.
pub(super) enum Answer<T> {
    Said(T),
    /// This user may not know.
    Forbidden,
    /// There is no such thing.
    Missing,
}

impl Client {
    /// `None` where the API is not to be asked.
    pub(super) fn new(arguments: &Arguments) -> Result<Option<Self>, Failure> {
        let Some(url) = &arguments.management else {
            return Ok(None);
        };
        let refused = |reason: &str| Failure::new(format!("the URL of the management API is not usable: {reason}"));
        let place = Place::parse(&url.0).filter(|place| matches!(place.scheme.as_str(), "http" | "https"));
        let place = place.ok_or_else(|| refused("it is not of the form https://user:password@host:15671"))?;
        if place.scheme == "http" && !place.is_this_machine() && !arguments.amqp.allows_plaintext() {
            let reason = "http:// would send the password in the clear to another machine: write https://, or permit it \
                          with --allow-plaintext for a network that is safe otherwise";
            return Err(refused(reason));
        }
        let (user, password) = credentials(&place, arguments)?;
        let tls = match place.scheme.as_str() {
            "https" => trust::config(arguments.management_ca.as_deref().or(arguments.amqp.authority()))?,
            _ => TlsConfig::default(),
        };
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // Another place would be sent the credentials.
            .max_redirects(0)
            // A broker is reached as directly as by AMQP.
            .proxy(None)
            .tls_config(tls)
            .build()
            .new_agent();
        let base = format!("{}://{}{}/api", place.scheme, place.authority, place.path.trim_end_matches('/'));
        let authorization = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
        Ok(Some(Self { agent, base, authorization, until: Instant::now() + ALL }))
    }

    /// Asks for what is at a path.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Answer<T>, Failure> {
        let mut response = self.send(path)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Ok(Answer::Forbidden),
            StatusCode::NOT_FOUND => return Ok(Answer::Missing),
            status => return Err(Failure::new(format!("management: it answers {status} to what RabbitMQ knows"))),
        }
        let body = response.body_mut().with_config().limit(MAX_BYTES).read_to_vec();
        let body = body.map_err(|error| Failure::because("management", &error))?;
        let said = serde_json::from_slice(&body);
        Ok(Answer::Said(said.map_err(|_| Failure::new("management: what answers there is not RabbitMQ"))?))
    }

    /// How far the clock there is ahead of ours, as far as it says so. The answer took no longer than this.
    pub(super) fn skew(&self) -> Result<Option<SignedDuration>, Failure> {
        let before = Timestamp::now();
        let response = self.send("whoami")?;
        let middle = before + before.duration_until(Timestamp::now()) / 2;
        let date = response.headers().get(header::DATE).and_then(|date| date.to_str().ok());
        let there = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
        Ok(there.map(|there| middle.duration_until(there)))
    }

    /// Whether there is time for another question after a pause.
    pub(super) fn pause(&self, pause: Duration) -> bool {
        let enough = self.until.saturating_duration_since(Instant::now()) > pause + ONE;
        if enough {
            std::thread::sleep(pause);
        }
        enough
    }

    fn send(&self, path: &str) -> Result<Response<ureq::Body>, Failure> {
        let left = self.until.saturating_duration_since(Instant::now()).min(ONE);
        if left.is_zero() {
            return Err(Failure::new("management: it is too slow to be asked all questions"));
        }
        let request =
            self.agent.get(format!("{}/{path}", self.base)).header(header::AUTHORIZATION, &self.authorization);
        let request = request.config().timeout_global(Some(left)).build();
        request.call().map_err(|error| Failure::because("management", &error))
    }
}

fn credentials(place: &Place, arguments: &Arguments) -> Result<(String, String), Failure> {
    let user = match (&place.user, &arguments.management_user) {
        (Some(_), Some(_)) => return Err(Failure::new("the management API has two users: leave one of them out")),
        (Some(user), None) | (None, Some(user)) => user.clone(),
        (None, None) => {
            return Err(Failure::new("the management API needs a user: --management https://user:password@host:15671"));
        }
    };
    let password = match (&place.password, &arguments.management_password_file) {
        (Some(_), Some(_)) => return Err(Failure::new("the management API has two passwords: leave one of them out")),
        (Some(password), None) => password.clone(),
        (None, Some(file)) => {
            let text = fs::read_to_string(file).map_err(|error| Failure::at(file, error))?;
            // Editors and `echo` end a file with a line break, and no password does.
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
        (None, None) => {
            return Err(Failure::new("the management API needs a password: in its URL, or --management-password-file"));
        }
    };
    Ok((user, password))
}
