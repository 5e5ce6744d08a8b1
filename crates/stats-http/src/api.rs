//! The service as a router.

use std::sync::Arc;

use axum::Router;
use stats_store::StatsReader;

use crate::auth::{Authenticator, Grants, NoGrants, guard, loopback_only};
use crate::openapi::Documents;
use crate::operation::Operation;
use crate::problem::Code;
use crate::settings::Settings;
use crate::state::{Inner, Shared};
use crate::{health, statistics};

/// Everything that the service can be told, before it is a router.
///
/// Without [`authenticator`](Self::authenticator) it answers this machine alone.
#[derive(Debug)]
#[must_use = "without `router` nothing is served"]
pub struct Api {
    reader: Arc<dyn StatsReader>,
    authenticator: Arc<dyn Authenticator>,
    grants: Arc<dyn Grants>,
    guarded: Router,
    settings: Settings,
}

impl Api {
    /// Statistics out of this store.
    pub fn new(reader: Arc<dyn StatsReader>) -> Self {
        Self {
            reader,
            authenticator: Arc::new(loopback_only()),
            grants: Arc::new(NoGrants),
            guarded: Router::new(),
            settings: Settings::default(),
        }
    }

    /// How it is found out who is asking.
    pub fn authenticator(mut self, authenticator: impl Authenticator + 'static) -> Self {
        self.authenticator = Arc::new(authenticator);
        self
    }

    /// Who may see the statistics of somebody else, such as a coach.
    pub fn grants(mut self, grants: impl Grants + 'static) -> Self {
        self.grants = Arc::new(grants);
        self
    }

    /// Further routes behind the same authenticator. A route with `{user_id}` in its path is open to those who may see the
    /// statistics of that user, and any other to everybody who is let in. Handlers find the [`Identity`](crate::Identity)
    /// among the extensions of a request.
    pub fn guarded(mut self, routes: Router) -> Self {
        self.guarded = self.guarded.merge(routes);
        self
    }

    /// The routes, to serve as they are or to merge into a router of one's own.
    ///
    /// What it does not know is left to the host's fallback, if it has one.
    pub fn router(self) -> Router {
        let Self { reader, authenticator, grants, guarded, settings } = self;
        let operations = operations();
        let documents = Documents::new(&operations);
        let shared = Shared::new(Inner { reader, authenticator, grants, documents, settings });
        let mut router = Router::new();
        for operation in operations {
            router = router.route(operation.path, operation.route);
        }
        router
            .method_not_allowed_fallback(async || Code::MethodNotAllowed)
            .with_state(shared.clone())
            .merge(guard(guarded, shared))
    }
}

/// The routes over this store with everything as it is when nothing is said: for this machine alone, and read only.
///
/// As [`Api::new`] and [`Api::router`].
pub fn router(reader: Arc<dyn StatsReader>) -> Router {
    Api::new(reader).router()
}

/// The API as an `OpenAPI` 3.1 document: what `GET /openapi.json` answers.
#[must_use]
pub fn openapi() -> serde_json::Value {
    crate::openapi::document(&operations())
}

/// All that can be asked.
fn operations() -> Vec<Operation> {
    [statistics::operations(), health::operations(), crate::openapi::operations()].into_iter().flatten().collect()
}
