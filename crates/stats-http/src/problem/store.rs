//! What a client is told when the store fails.

use std::error::Error;

use stats_store::StoreError;
use tracing::error;

use super::{Code, Problem};

impl From<StoreError> for Problem {
    fn from(failed: StoreError) -> Self {
        error!(error = &failed as &dyn Error, "the store cannot be read or written");
        let code = if failed.is_unsupported() {
            Code::NotSupported
        } else if failed.is_outdated() || failed.is_newer() {
            Code::StatisticsOutdated
        } else {
            Code::StoreUnavailable
        };
        code.into()
    }
}
