//! Entity tags: an answer that the client has already is not sent again.

use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{HeaderValue, Uri};
use stats_store::{AsOf, Day};
use workout_events::jiff::Timestamp;

/// Which question it is. Together with the moment of the answer it is the answer's tag.
///
/// The tag is known before the answer is: a question that is asked again costs one row. What "today" is belongs to the
/// question, and so does the version of this crate, which decides what an answer looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tag(u64);

/// Which position of the person's history an answer is of.
const POSITION: HeaderName = HeaderName::from_static("stats-position");

impl Tag {
    pub(crate) fn new(uri: &Uri, today: Day) -> Self {
        let question = uri.path_and_query().map_or("", |question| question.as_str());
        Self(fnv(&[question.as_bytes(), today.to_string().as_bytes(), env!("CARGO_PKG_VERSION").as_bytes()]))
    }

    /// Whether the client says that it has the answer of this moment.
    pub(crate) fn is_known(self, headers: &HeaderMap, as_of: AsOf) -> bool {
        if !headers.contains_key(header::IF_NONE_MATCH) {
            return false;
        }
        let tag = self.text(as_of);
        said(headers).any(|known| known == tag)
    }

    /// Whether the client has any answer at all, whichever. What it asks for has to be there: `*` does not say what.
    pub(crate) fn is_any(headers: &HeaderMap) -> bool {
        said(headers).any(|known| known == "*")
    }

    /// What an answer of this moment says about itself.
    pub(crate) fn headers(self, as_of: AsOf) -> [(HeaderName, HeaderValue); 4] {
        let tag = HeaderValue::try_from(self.text(as_of)).unwrap_or(HeaderValue::from_static("\"\""));
        [
            (header::ETAG, tag),
            (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
            (header::VARY, HeaderValue::from_static("authorization")),
            (POSITION, as_of.version.into()),
        ]
    }

    /// Weak, because an answer is the same one when it is compressed. With the time, because a store that was restored
    /// from a copy counts its versions once more from there.
    fn text(self, as_of: AsOf) -> String {
        let changed_us = as_of.changed_at.map_or(0, Timestamp::as_microsecond);
        format!("W/\"{:x}-{:x}-{changed_us:x}-{:016x}\"", as_of.definition, as_of.version, self.0)
    }
}

fn said(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let said = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|said| said.to_str().ok());
    said.flat_map(|said| said.split(',')).map(str::trim)
}

/// Parts do not run into one another: a length stands before each.
pub(crate) fn fnv(parts: &[&[u8]]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.len().to_le_bytes().into_iter().chain(part.iter().copied()));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
