//! The service as a router.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use stats_store::{StatsReader, StatsWriter};

use crate::auth::{Authenticator, Grants, NoGrants, guard, loopback_only};
use crate::health::{Figures, Part};
use crate::limit::{Limiter, Places, RateLimit, Replays};
use crate::live::Live;
use crate::openapi::Documents;
use crate::operation::{Access, Answers, Operation, Positions};
use crate::problem::{Code, Problem};
use crate::session::Keeper;
use crate::settings::Settings;
use crate::state::{Inner, Shared};
use crate::watch::around;
use crate::{export, goals, health, live, session, statistics};

/// Everything that the service can be told, before it is a router.
///
/// Without [`authenticator`](Self::authenticator) it answers this machine alone.
#[derive(Debug)]
#[must_use = "without `router` nothing is served"]
pub struct Api {
    reader: Arc<dyn StatsReader>,
    writer: Option<Arc<dyn StatsWriter>>,
    authenticator: Arc<dyn Authenticator>,
    grants: Arc<dyn Grants>,
    has_sessions: bool,
    guarded: Router,
    origins: Vec<HeaderValue>,
    rate_limit: Option<RateLimit>,
    parts: Vec<Part>,
    figures: Option<Figures>,
    settings: Settings,
    live: Live,
}

impl Api {
    /// Statistics out of this store.
    pub fn new(reader: Arc<dyn StatsReader>) -> Self {
        Self {
            reader,
            writer: None,
            authenticator: Arc::new(loopback_only()),
            grants: Arc::new(NoGrants),
            has_sessions: false,
            guarded: Router::new(),
            origins: Vec::new(),
            rate_limit: Some(RateLimit::default()),
            parts: Vec::new(),
            figures: None,
            settings: Settings::default(),
            live: Live::new(),
        }
    }

    /// Goals can be set, changed and given up, and people be forgotten: this is where it is written. Without it the service only
    /// reads.
    pub fn writer(mut self, writer: Arc<dyn StatsWriter>) -> Self {
        self.writer = Some(writer);
        self
    }

    /// How it is found out who is asking.
    pub fn authenticator(mut self, authenticator: impl Authenticator + 'static) -> Self {
        self.authenticator = Arc::new(authenticator);
        self
    }

    /// Browsers may sign in. They cannot send a token by themselves, so a person gives it to `/session`, and the browser keeps
    /// it in a cookie that scripts cannot read; the authenticator judges it as if it had come in the header. Whoever asks for
    /// a page of [`guarded`](Self::guarded) without one is led there. Behind a proxy, TLS and the name of the host have to be
    /// those of the browser: but for what comes from this machine itself the cookie travels over TLS alone.
    ///
    /// `POST /session` with a token in the header `Authorization` sets the same cookie, for a host that signs people in itself.
    pub fn browser_sessions(mut self) -> Self {
        self.has_sessions = true;
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

    /// Pages of these origins (`https://app.example`) may ask from a browser. Without any, none but our own.
    pub fn allow_origins(mut self, origins: impl IntoIterator<Item = HeaderValue>) -> Self {
        self.origins = origins.into_iter().collect();
        self
    }

    /// How often one client may ask: a person wherever they are, and whoever is not known by the address. 100 a second unless it
    /// is said otherwise; `None` leaves it to somebody else. Each process counts by itself.
    pub fn rate_limit(mut self, limit: impl Into<Option<RateLimit>>) -> Self {
        self.rate_limit = limit.into();
        self
    }

    /// How many bytes of answers are kept at most, to be given again for as long as nothing of the person has changed; 16 MiB
    /// unless it is said otherwise, and 0 keeps none. What an answer has to be of is looked up for each request, so it is as
    /// new as it would be without.
    pub fn keep_answers(mut self, bytes: usize) -> Self {
        self.settings.kept_bytes = bytes;
        self
    }

    /// How long an answer may take; 30 seconds unless it is said otherwise.
    pub fn answer_within(mut self, limit: Duration) -> Self {
        self.settings.answer_within = limit;
        self
    }

    /// How long a body may take to arrive; 10 seconds unless it is said otherwise.
    pub fn body_within(mut self, limit: Duration) -> Self {
        self.settings.body_within = limit;
        self
    }

    /// How long a request with `min_position` waits for the statistics to get there; 2 seconds unless it is said otherwise.
    pub fn wait_at_most(mut self, limit: Duration) -> Self {
        self.settings.wait_at_most = limit;
        self
    }

    /// Another part of the service, such as a consumer, that has to work for `/readyz` to answer 200. It is asked each time.
    pub fn part(mut self, name: impl Into<String>, works: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.parts.push(Part::new(name.into(), works));
        self
    }

    /// What `/metrics` answers: the text of an exporter, such as `PrometheusHandle::render`. Without it there is no such route.
    /// Everybody who reaches the service may read it; nothing in it is about a person.
    pub fn metrics(mut self, render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.figures = Some(Figures::new(render));
        self
    }

    /// What wakes the streams of what happens, and their limits. Without it they look at the store from time to time.
    pub fn live(mut self, live: Live) -> Self {
        self.live = live;
        self
    }

    /// The routes, to serve as they are or to merge into a router of one's own.
    ///
    /// What it does not know is left to the host's fallback, if it has one.
    pub fn router(self) -> Router {
        let mut operations = operations();
        if self.figures.is_none() {
            operations.retain(|operation| operation.path != health::METRICS);
        }
        if self.writer.is_none() {
            operations.retain(|operation| operation.access != Access::Owner);
        }
        let shared = Shared::new(Inner {
            reader: self.reader,
            authenticator: if self.has_sessions { Arc::new(Keeper(self.authenticator)) } else { self.authenticator },
            has_sessions: self.has_sessions,
            grants: self.grants,
            writer: self.writer,
            replays: Replays::default(),
            positions: Positions::default(),
            limiter: self.rate_limit.map(Limiter::new),
            parts: self.parts,
            figures: self.figures,
            answers: Answers::new(self.settings.kept_bytes),
            documents: Documents::new(&operations),
            settings: self.settings,
            live: self.live,
            downloads: Places::default(),
        });
        let mut router = Router::new();
        for operation in operations {
            // Whoever asks whether the process lives is answered in any crowd: it costs nothing, and silence would end it.
            let is_counted = operation.access == Access::Open && operation.path != health::ALIVE;
            let counted = from_fn_with_state(shared.clone(), count);
            let route = if is_counted { operation.route.layer(counted) } else { operation.route };
            router = router.route(operation.path, route);
        }
        let mut router = router.method_not_allowed_fallback(async || Code::MethodNotAllowed).with_state(shared.clone());
        if self.has_sessions {
            router = router.merge(session::routes(shared.clone()));
        }
        around(router.merge(guard(self.guarded, shared)), self.origins)
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

/// Everybody may ask, but not without end.
async fn count(State(shared): State<Shared>, request: Request, next: Next) -> Result<Response, Problem> {
    shared.count_visitor(request.extensions())?;
    Ok(next.run(request).await)
}

/// All that can be asked.
fn operations() -> Vec<Operation> {
    [
        statistics::operations(),
        export::operations(),
        goals::operations(),
        live::operations(),
        health::operations(),
        crate::openapi::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
