use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, response::Response};

use super::Panel;
use super::health::Question;

/// Media type of the Prometheus text format, version 0.0.4.
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) fn router(panel: Panel) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/metrics", get(metrics))
        .route("/livez", get(|panel| health(panel, Question::Live)))
        .route("/readyz", get(|panel| health(panel, Question::Ready)))
        .route("/startupz", get(|panel| health(panel, Question::Started)))
        .route("/state", get(state))
        .route("/log/level", get(level).put(set_level))
        .fallback(super::queries::answer)
        .with_state(panel)
}

async fn index(State(panel): State<Panel>) -> String {
    const FIXED: &str = "/metrics    for Prometheus\n\
     /livez      restart me? 200 no, 503 yes\n\
     /readyz     give me work? 200 yes, 503 no\n\
     /startupz   started? 200 yes, 503 no\n\
     /state      what each part is doing, as JSON\n\
     /log/level  GET shows it, PUT sets it\n";
    FIXED.to_owned() + &panel.queries.index()
}

async fn metrics(State(panel): State<Panel>) -> Response {
    match panel.metrics {
        Some(metrics) => ([(header::CONTENT_TYPE, PROMETHEUS_TEXT)], metrics.render()).into_response(),
        None => (StatusCode::NOT_FOUND, "this process collects no metrics\n").into_response(),
    }
}

async fn health(State(panel): State<Panel>, question: Question) -> (StatusCode, String) {
    let (good, reasons) = panel.health.answer(question);
    (
        if good {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        },
        reasons,
    )
}

async fn state(State(panel): State<Panel>) -> Json<serde_json::Value> {
    Json(panel.health.state())
}

async fn level(State(panel): State<Panel>) -> Response {
    match panel.log {
        Some(log) => format!("{}\n", log.get()).into_response(),
        None => (StatusCode::NOT_FOUND, "this process has no log\n").into_response(),
    }
}

async fn set_level(State(panel): State<Panel>, body: String) -> Response {
    let Some(log) = panel.log else {
        return (StatusCode::NOT_FOUND, "this process has no log\n").into_response();
    };
    match log.set(body.trim()) {
        Ok(()) => {
            tracing::info!(level = log.get(), "the log level was changed");
            format!("{}\n", log.get()).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    }
}
