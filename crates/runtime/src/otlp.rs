//! Spans to a collector over OTLP: HTTP, protobuf.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor};
use telemetry::trace::SPANS;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// Time that the collector may take.
const WITHIN: Duration = Duration::from_secs(10);

/// What sends, for the end of the process.
static SENDER: OnceLock<Arc<BatchSpanProcessor>> = OnceLock::new();

pub(crate) fn flush() {
    if let Some(sender) = SENDER.get()
        && let Err(error) = sender.force_flush()
    {
        tracing::warn!(%error, "spans could not be sent");
    }
}

/// Takes the log's lines that are spans.
pub(crate) struct Spans {
    sender: Arc<BatchSpanProcessor>,
    scope: InstrumentationScope,
}

impl Spans {
    /// To the collector at `endpoint`.
    pub(crate) fn to(endpoint: &str) -> Result<Self, String> {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(WITHIN))
            .proxy(None)
            .build()
            .new_agent();
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client(agent))
            .with_endpoint(endpoint)
            .build()
            .map_err(|error| error.to_string())?;
        let mut sender = BatchSpanProcessor::builder(exporter).build();
        sender.set_resource(&Resource::builder().with_service_name("milepost").build());
        let sender = Arc::new(sender);
        Ok(Self {
            // A process has one log; a second one is refused before it comes here.
            sender: SENDER.get_or_init(|| sender).clone(),
            scope: InstrumentationScope::builder("milepost")
                .with_version(env!("CARGO_PKG_VERSION"))
                .build(),
        })
    }
}

impl<S: Subscriber> Layer<S> for Spans {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == SPANS {
            let mut told = Told::default();
            event.record(&mut told);
            self.sender.on_end(told.span(self.scope.clone()));
        }
    }
}

/// The fields of a line.
#[derive(Default)]
struct Told {
    trace: String,
    span: String,
    parent: String,
    name: String,
    begin_us: i64,
    end_us: i64,
    durable: bool,
    attributes: Vec<KeyValue>,
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "name" => self.name = value.to_owned(),
            "key" => self
                .attributes
                .push(KeyValue::new("messaging.kafka.message.key", value.to_owned())),
            "what" if value.contains('.') => self
                .attributes
                .push(KeyValue::new("messaging.destination.name", value.to_owned())),
            "what" => self
                .attributes
                .push(KeyValue::new("milepost.message", value.to_owned())),
            _ => {}
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        match field.name() {
            "begin_us" => self.begin_us = value,
            "end_us" => self.end_us = value,
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        let value = i64::try_from(value).unwrap_or(i64::MAX);
        match field.name() {
            "partition" => self.attributes.push(KeyValue::new(
                "messaging.destination.partition.id",
                value.to_string(),
            )),
            "offset" => self
                .attributes
                .push(KeyValue::new("messaging.kafka.offset", value)),
            _ => {}
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        if field.name() == "durable" {
            self.durable = value;
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "trace" => self.trace = format!("{value:?}"),
            "span" => self.span = format!("{value:?}"),
            "parent" => self.parent = format!("{value:?}"),
            _ => {}
        }
    }
}

impl Told {
    fn span(self, scope: InstrumentationScope) -> SpanData {
        let id = |text: &str| SpanId::from_hex(text).unwrap_or(SpanId::INVALID);
        let trace = TraceId::from_hex(&self.trace).unwrap_or(TraceId::INVALID);
        let parent = id(&self.parent);
        let context =
            |span, remote| SpanContext::new(trace, span, TraceFlags::SAMPLED, remote, TraceState::default());
        let mut links = SpanLinks::default();
        if parent != SpanId::INVALID {
            links.links.push(Link::with_context(context(parent, true)));
        }
        SpanData {
            span_context: context(id(&self.span), false),
            parent_span_id: parent,
            parent_span_is_remote: parent != SpanId::INVALID,
            span_kind: if parent == SpanId::INVALID {
                SpanKind::Producer
            } else {
                SpanKind::Consumer
            },
            name: self.name.into(),
            start_time: time(self.begin_us),
            end_time: time(self.end_us),
            attributes: self.attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links,
            status: if self.durable {
                Status::Ok
            } else {
                Status::error("the log did not take it")
            },
            instrumentation_scope: scope,
        }
    }
}

fn time(micros: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Sends with the HTTP client that the program has anyway. Blocks: the batches are sent by a thread of their own.
#[derive(Debug)]
struct Client(ureq::Agent);

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, body.to_vec());
        let (parts, mut body) = self.0.run(request)?.into_parts();
        Ok(Response::from_parts(parts, body.read_to_vec()?.into()))
    }
}
