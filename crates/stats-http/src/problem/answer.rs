//! A problem as it is sent.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use workout_events::Violation;

use super::Code;

/// What went wrong with one request.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    code: Code,
    parameter: Option<String>,
    violations: Vec<Violation>,
    parts: Vec<String>,
    retry_after_s: Option<u64>,
}

/// What went wrong (RFC 9457).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem", transform = some_are_absent)]
pub(crate) struct ProblemBody<'p> {
    /// `urn:workout:problem:` and the code.
    r#type: String,
    /// What went wrong, for people.
    title: &'static str,
    /// The status of the response.
    status: u16,
    /// What went wrong, for programs. Stable.
    code: &'static str,
    /// The parameter that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'p str>,
    /// Which rules of the contract the body breaks, and where.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schemars(with = "Vec<BrokenRule>")]
    violations: &'p [Violation],
    /// The parts of the service that do not work.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    parts: &'p [String],
}

/// What is not skipped always is there; the rest is there when it has something to say.
fn some_are_absent(schema: &mut Schema) {
    if let Some(required) = schema.get_mut("required").and_then(|required| required.as_array_mut()) {
        required.retain(|name| !["parameter", "parts", "violations"].iter().any(|absent| name == absent));
    }
}

/// A rule of the contract that a body breaks.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "says what the schema of a violation is")]
struct BrokenRule {
    /// The stable name of the rule.
    code: String,
    /// Where, as a JSON pointer.
    pointer: String,
    /// What is expected there.
    message: String,
}

impl Problem {
    /// About this parameter.
    pub(crate) fn parameter(code: Code, parameter: impl Into<String>) -> Self {
        Self { parameter: Some(parameter.into()), ..code.into() }
    }

    /// With the rules that were broken.
    pub(crate) fn violations(violations: &[Violation]) -> Self {
        Self { violations: violations.to_vec(), ..Code::BrokenContract.into() }
    }

    /// With the parts that do not work.
    pub(crate) fn not_ready(parts: Vec<String>) -> Self {
        Self { parts, ..Code::NotReady.into() }
    }

    /// With a time after which it is worth trying again.
    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// Its stable name.
    pub(crate) fn code(&self) -> Code {
        self.code
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        let retry_after_s = (code.status().as_u16() == 503).then_some(1);
        Self { code, parameter: None, violations: Vec::new(), parts: Vec::new(), retry_after_s }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let body = ProblemBody {
            r#type: format!("urn:workout:problem:{}", self.code.as_str()),
            title: self.code.title(),
            status: status.as_u16(),
            code: self.code.as_str(),
            parameter: self.parameter.as_deref(),
            violations: &self.violations,
            parts: &self.parts,
        };
        let mut response = (status, serde_json::to_vec(&body).unwrap_or_default()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == axum::http::StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Code {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
