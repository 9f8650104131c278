//! How the server is doing: numbers for Prometheus, and a line of the log for each request.
//!
//! Neither ever holds what a path names, a query, a cookie or an address: a route is told by its pattern alone.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State as Shared};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use host::{Role, Status};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::app::App;

/// How many entries a follower may lag behind and still be ready.
const LAG: u64 = 1_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    route: String,
    status: u16,
}

/// What is counted.
#[derive(Debug)]
pub struct Watch {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Histogram,
    host: HostGauges,
}

#[derive(Debug, Default)]
struct HostGauges {
    length: Gauge,
    lag: Gauge,
    waiting: Gauge,
    groups: Gauge,
    failures: Gauge,
    copies: Gauge,
    writing: Gauge,
    trouble: Gauge,
}

impl Default for Watch {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("merit");
        let requests = Family::<Labels, Counter>::default();
        let seconds = Histogram::new(exponential_buckets(0.000_25, 2.0, 16));
        let host = HostGauges::default();
        registry.register(
            "requests",
            "Requests, by route and status",
            requests.clone(),
        );
        registry.register("request_seconds", "How long requests take", seconds.clone());
        for (name, help, gauge) in [
            ("host_length", "Entries that readers see", &host.length),
            ("host_lag", "Entries not yet read", &host.lag),
            ("host_waiting", "Requests that wait", &host.waiting),
            ("host_groups", "Groups written", &host.groups),
            ("host_failures", "Failures of the ledger", &host.failures),
            ("host_copies", "Copies made of the state", &host.copies),
            ("host_writing", "Whether this host writes", &host.writing),
            ("host_trouble", "Whether something is wrong", &host.trouble),
        ] {
            registry.register(name, help, gauge.clone());
        }
        Self {
            registry,
            requests,
            seconds,
            host,
        }
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Watch {
    fn text(&self, status: &Status) -> Result<String, std::fmt::Error> {
        let host = &self.host;
        host.length.set(whole(status.length));
        host.lag
            .set(whole(status.log.saturating_sub(status.length)));
        host.waiting.set(whole(status.waiting as u64));
        host.groups.set(whole(status.groups));
        host.failures.set(whole(status.failures));
        host.copies.set(whole(status.copies));
        host.writing
            .set(i64::from(matches!(status.role, Role::Writing { .. })));
        host.trouble.set(i64::from(status.trouble.is_some()));
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The numbers, as Prometheus reads them.
pub async fn metrics(Shared(app): Shared<Arc<App>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match app.watch.text(&app.host.status()) {
        Ok(text) => ([(CONTENT_TYPE, kind)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Whether requests can be answered: the host writes, or follows closely.
pub async fn ready(Shared(app): Shared<Arc<App>>) -> Response {
    let status = app.host.status();
    let (code, text) = match status.role {
        Role::Writing { .. } => (StatusCode::OK, "writing"),
        Role::Following { .. } if status.log.saturating_sub(status.length) <= LAG => {
            (StatusCode::OK, "following")
        }
        Role::Following { .. } => (StatusCode::SERVICE_UNAVAILABLE, "lagging"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "opening"),
    };
    (code, text).into_response()
}

/// Counts a request and writes it into the log.
pub async fn count(Shared(app): Shared<Arc<App>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let took = began.elapsed();
    tracing::info!(target: "access", %method, route, status, micros = took.as_micros(), "answered");
    app.watch.seconds.observe(took.as_secs_f64());
    app.watch
        .requests
        .get_or_create(&Labels { route, status })
        .inc();
    response
}
