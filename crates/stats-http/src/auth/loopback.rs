//! Without anybody signing in: this machine, and nobody else.

use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use axum::extract::ConnectInfo;
use axum::http::Version;
use axum::http::header::{self, HeaderMap};
use axum::http::request::Parts;
use axum::http::uri::Authority;

use super::sender::host;
use super::{Authenticator, Identity, Refused};

/// Lets in what comes from this machine, as somebody who sees everything, and nothing else.
///
/// This is what holds for a service that was told nothing, so it takes no chances. Refused is what
///
/// - comes from another address, or from one that is not known: [`serve`](crate::serve) says where a connection comes
///   from, and so does axum's `into_make_service_with_connect_info`;
/// - was passed on by a proxy, which is on this machine itself and would hide who asks;
/// - names another host than this machine, or has an `Origin` that is not the one it asks: a page somewhere can make the
///   browser of somebody here ask for it.
#[must_use]
pub fn loopback_only() -> Loopback {
    Loopback { published: false }
}

/// See [`loopback_only`].
#[derive(Debug, Clone, Copy)]
pub struct Loopback {
    published: bool,
}

impl Loopback {
    /// For a service in a container whose port the host publishes on its own loopback address: from which address a
    /// connection comes is not looked at, since it is that of the host's bridge. All else stays refused.
    ///
    /// What else can reach the container directly is then let in: keep its network to those that may see everything.
    #[must_use]
    pub fn published_port(self) -> Self {
        Self { published: true }
    }
}

#[async_trait]
impl Authenticator for Loopback {
    async fn authenticate(&self, request: &Parts) -> Result<Identity, Refused> {
        if is_passed_on(request) || !(self.published || is_from_here(request)) {
            return Err(Refused::NotLocal);
        }
        let host = host(request).ok_or(Refused::ForeignOrigin)?;
        if !is_local(&host) || !is_own_origin(&request.headers, &host) {
            return Err(Refused::ForeignOrigin);
        }
        Ok(Identity::admin())
    }
}

/// Whether this machine itself asks, under its own name and, as far as anybody can tell, without a proxy.
pub(crate) fn is_at_home(request: &Parts) -> bool {
    is_from_here(request) && !is_passed_on(request) && host(request).is_some_and(|host| is_local(&host))
}

fn is_from_here(request: &Parts) -> bool {
    request.extensions.get::<ConnectInfo<SocketAddr>>().is_some_and(|from| is_loopback(from.0.ip()))
}

/// Whether a proxy brings what somebody else has asked. Those that say nothing else speak HTTP/1.0 to what is behind them,
/// which nobody else does any more.
fn is_passed_on(request: &Parts) -> bool {
    request.version < Version::HTTP_11
        || request
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("x-forwarded") || PASSED_ON.contains(&name.as_str()))
}

/// What proxies add, beside what begins with `x-forwarded`.
const PASSED_ON: [&str; 6] = ["cf-connecting-ip", "forwarded", "true-client-ip", "via", "x-client-ip", "x-real-ip"];

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn is_local(host: &Authority) -> bool {
    let name = host.host();
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(is_loopback)
}

fn is_own_origin(headers: &HeaderMap, host: &Authority) -> bool {
    headers.get_all(header::ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        origin.is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host.as_str()))
    })
}
