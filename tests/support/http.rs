//! A client of HTTP that has no opinion: every answer is one.

use std::time::Duration;

use serde_json::Value;
use tokio::task;
use ureq::http::Request;

/// Longer than a service may make a client wait.
const LIMIT: Duration = Duration::from_secs(30);

/// What a server has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200 and so on.
    pub status: u16,
    /// What the body says it is.
    pub content_type: String,
    /// The body.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is something else.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Asks for what is at this URL.
///
/// # Errors
///
/// When nobody answers, with the reason.
pub async fn get(url: &str) -> Result<Answer, String> {
    let request = Request::get(url).body(String::new());
    send(request.map_err(|error| error.to_string())?).await
}

/// Sends a body of JSON to this URL.
///
/// # Errors
///
/// As for [`get`].
pub async fn post(url: &str, body: &Value) -> Result<Answer, String> {
    let request = Request::post(url).header("content-type", "application/json").body(body.to_string());
    send(request.map_err(|error| error.to_string())?).await
}

/// Sends any request.
///
/// # Errors
///
/// As for [`get`].
pub async fn send(request: Request<String>) -> Result<Answer, String> {
    // The client blocks; a test's executor must not.
    let exchange = move || -> Result<Answer, ureq::Error> {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(LIMIT))
            .http_status_as_error(false)
            // A proxy named in the environment is for the internet, not for a service of the tests.
            .proxy(None)
            .build()
            .new_agent();
        let mut answer = agent.run(request)?;
        let content_type = answer.headers().get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default();
        let (status, content_type) = (answer.status().as_u16(), content_type.to_owned());
        Ok(Answer { status, content_type, text: answer.body_mut().read_to_string()? })
    };
    task::spawn_blocking(exchange).await.map_err(|stopped| stopped.to_string())?.map_err(|error| error.to_string())
}
