//! What stands behind the question mark.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use workout_examples::Problem;

/// Parameters, each of which is known and there once.
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    pub(super) fn read(
        query: Result<Query<Vec<(String, String)>>, QueryRejection>,
        known: &[&str],
    ) -> Result<Self, Problem> {
        let wrong = || {
            Problem::bad("invalid_query", "The query has a parameter that is unknown, twice there, or not readable.")
        };
        let Query(given) = query.map_err(|_| wrong())?;
        let number = given.len();
        let parameters: BTreeMap<_, _> = given.into_iter().collect();
        let are_known = parameters.keys().all(|name| known.contains(&name.as_str()));
        if are_known && parameters.len() == number { Ok(Self(parameters)) } else { Err(wrong()) }
    }

    /// A parameter, if it is there.
    pub(super) fn get<T: FromStr>(
        &self,
        name: &str,
        code: &'static str,
        title: &'static str,
    ) -> Result<Option<T>, Problem> {
        self.0.get(name).map(|text| text.parse().map_err(|_| Problem::bad(code, title))).transpose()
    }

    /// How many are wanted at most: from 1 to `most`, and so many unless it is said.
    pub(super) fn limit(&self, usual: i64, most: i64) -> Result<i64, Problem> {
        const TITLE: &str = "The limit is a number from 1 up to a bound that depends on what is listed.";
        let limit = self.get("limit", "invalid_limit", TITLE)?.unwrap_or(usual);
        if (1..=most).contains(&limit) { Ok(limit) } else { Err(Problem::bad("invalid_limit", TITLE)) }
    }
}
