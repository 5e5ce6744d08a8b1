//! A virtual host of RabbitMQ for each test.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task;
use ureq::http::Request;

use crate::{env, unique};

/// Creates a virtual host that only this test knows, with all permissions for the user of the AMQP URL.
///
/// # Panics
///
/// When no RabbitMQ is named in the environment, or when it refuses.
pub async fn vhost() -> Vhost {
    let amqp = env::required(env::AMQP_URL);
    let vhost =
        Vhost { name: unique::name(), server: amqp, management: Management::new(&env::required(env::RABBITMQ_API)) };
    vhost.create().await.unwrap_or_else(|problem| panic!("no virtual host for the test: {problem}"));
    vhost
}

/// A virtual host that lives as long as this value.
///
/// Dropping it deletes the virtual host with its queues and messages, and the broker closes whatever connection is still
/// open to it.
pub struct Vhost {
    name: String,
    server: String,
    management: Management,
}

impl Vhost {
    /// The name, as the management API has it in its paths.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL for an AMQP client, with credentials and this virtual host.
    #[must_use]
    pub fn amqp_url(&self) -> String {
        let (authority, _) = split_authority(&self.server);
        format!("{authority}/{}", self.name)
    }

    /// The server's management API: queue lengths, policies, closing of connections.
    #[must_use]
    pub fn management(&self) -> &Management {
        &self.management
    }

    async fn create(&self) -> Result<(), String> {
        self.management.put(&format!("vhosts/{}", self.name), json!({})).await?;
        self.permit(everything()).await
    }

    /// What the user of the AMQP URL may do in this virtual host from now on: the patterns of the management API.
    ///
    /// # Errors
    ///
    /// As for [`Management::get`].
    pub async fn permit(&self, patterns: Value) -> Result<(), String> {
        self.management.put(&self.permissions(), patterns).await.map(drop)
    }

    /// Keeps the user of the AMQP URL out of this virtual host. Connections that are open stay so.
    ///
    /// # Errors
    ///
    /// As for [`Management::get`].
    pub async fn forbid(&self) -> Result<(), String> {
        self.management.delete(&self.permissions()).await.map(drop)
    }

    fn permissions(&self) -> String {
        format!("permissions/{}/{}", self.name, user(&self.server))
    }
}

/// All permissions, for [`Vhost::permit`].
#[must_use]
pub fn everything() -> Value {
    json!({ "configure": ".*", "write": ".*", "read": ".*" })
}

/// Without the URL's password.
impl fmt::Debug for Vhost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vhost").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Drop for Vhost {
    fn drop(&mut self) {
        let path = format!("vhosts/{}", self.name);
        if let Err(problem) = self.management.call("DELETE", &path, None) {
            // A panic here would hide the failure that is perhaps already unwinding.
            eprintln!("the virtual host {} stays behind: {problem}", self.name);
        }
    }
}

/// RabbitMQ's management API. A path is what follows `/api/`.
#[derive(Clone)]
pub struct Management {
    base: String,
    agent: ureq::Agent,
}

impl Management {
    /// The API at this URL, which carries the credentials.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(30)))
            .http_status_as_error(false)
            // A proxy named in the environment is for the internet, not for a server of the tests.
            .proxy(None)
            .build()
            .new_agent();
        Self { base: url.trim_end_matches('/').to_owned(), agent }
    }

    /// Reads what is at `path`.
    ///
    /// # Errors
    ///
    /// One line with the request and the answer, when that is no success.
    pub async fn get(&self, path: &str) -> Result<Value, String> {
        self.call_elsewhere("GET", path, None).await
    }

    /// Creates or replaces what is at `path`.
    ///
    /// # Errors
    ///
    /// As for [`Management::get`].
    pub async fn put(&self, path: &str, body: Value) -> Result<Value, String> {
        self.call_elsewhere("PUT", path, Some(body)).await
    }

    /// Asks for an action.
    ///
    /// # Errors
    ///
    /// As for [`Management::get`].
    pub async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        self.call_elsewhere("POST", path, Some(body)).await
    }

    /// Deletes what is at `path`.
    ///
    /// # Errors
    ///
    /// As for [`Management::get`].
    pub async fn delete(&self, path: &str) -> Result<Value, String> {
        self.call_elsewhere("DELETE", path, None).await
    }

    /// The HTTP client blocks, so that `Drop` can use it; a test's executor must not.
    async fn call_elsewhere(&self, method: &'static str, path: &str, body: Option<Value>) -> Result<Value, String> {
        let (this, path) = (self.clone(), path.to_owned());
        let call = task::spawn_blocking(move || this.call(method, &path, body));
        call.await.map_err(|stopped| stopped.to_string())?
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, String> {
        let outcome = self.exchange(method, path, body).map_err(|error| error.to_string());
        let problem = match outcome {
            Ok((status, text)) if status.is_success() => match text.as_str() {
                "" => return Ok(Value::Null),
                json => return serde_json::from_str(json).map_err(|error| format!("{method} /api/{path}: {error}")),
            },
            Ok((status, text)) => format!("{status} {}", text.trim()),
            Err(problem) => problem,
        };
        Err(format!("{method} /api/{path}: {problem}"))
    }

    fn exchange(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<(ureq::http::StatusCode, String), ureq::Error> {
        let request = Request::builder().method(method).uri(format!("{}/api/{path}", self.base));
        let mut response = match body {
            Some(body) => self.agent.run(request.header("content-type", "application/json").body(body.to_string())?)?,
            None => self.agent.run(request.body(())?)?,
        };
        Ok((response.status(), response.body_mut().read_to_string()?))
    }
}

/// Without the URL's password.
impl fmt::Debug for Management {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Management").finish_non_exhaustive()
    }
}

/// `scheme://authority` and the rest of a URL.
fn split_authority(url: &str) -> (&str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let end = url[authority..].find(['/', '?']).map_or(url.len(), |at| authority + at);
    url.split_at(end)
}

/// The user of a URL, which is `guest` where none is named, as AMQP clients have it.
fn user(url: &str) -> &str {
    let (authority, _) = split_authority(url);
    let Some((credentials, _)) = authority.rsplit_once('@') else {
        return "guest";
    };
    let credentials = credentials.split_once("://").map_or(credentials, |(_, rest)| rest);
    credentials.split_once(':').map_or(credentials, |(user, _)| user)
}

#[cfg(test)]
mod tests {
    use super::{split_authority, user};

    #[test]
    fn a_url_is_split_with_and_without_its_optional_parts() {
        #[track_caller]
        fn check(url: &str, want_authority: &str, want_user: &str) {
            assert_eq!((split_authority(url).0, user(url)), (want_authority, want_user), "{url}");
        }
        check("amqp://a:b@host:1", "amqp://a:b@host:1", "a");
        check("amqp://a:b@host:1/%2f?heartbeat=5", "amqp://a:b@host:1", "a");
        check("amqp://a@host?heartbeat=5", "amqp://a@host", "a");
        check("amqp://host/vhost", "amqp://host", "guest");
    }
}
