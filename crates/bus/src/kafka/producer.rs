//! Publishing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, PurgeConfig, ThreadedProducer};
use rdkafka::statistics::Statistics;

use super::client::{Names, create, log_error};
use super::lanes::{Lane, Lanes};
use crate::budget::Budget;
use crate::metrics;
use crate::publisher::Submit;
use crate::record::millis;
use crate::{Error, PublishError, Receipt, Record};

/// Time that records in flight have to arrive when the log is closed.
const CLOSE_WITHIN: Duration = Duration::from_secs(10);
/// One record of so many has its way to the cluster timed.
const TIMED_EVERY: u64 = 64;

/// What a record on its way carries.
pub(super) struct InFlight {
    receipt: Receipt,
    weight: u64,
    lane: Lane,
    sent: Option<Instant>,
}

/// Settles receipts as Kafka's reports come in.
#[derive(Clone)]
pub(super) struct Delivery {
    names: Arc<Names>,
    budget: Arc<Budget>,
    lanes: Arc<Lanes>,
    /// A broker can be reached.
    reachable: Arc<AtomicBool>,
    /// What the client said last of why it does not get through.
    trouble: Arc<Mutex<Option<String>>>,
}

impl ClientContext for Delivery {
    fn stats(&self, statistics: Statistics) {
        let up = statistics.brokers.values().any(|broker| broker.state == "UP");
        self.reachable.store(up, Ordering::Relaxed);
        self.lanes.learn(&self.names, &statistics);
        metrics::producer(&statistics);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        log_error(&error, reason);
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        *trouble = Some(format!("{error}: {reason}"));
    }
}

impl ProducerContext for Delivery {
    type DeliveryOpaque = Box<InFlight>;

    fn delivery(&self, result: &DeliveryResult<'_>, in_flight: Self::DeliveryOpaque) {
        let outcome = match result {
            Ok(_) => Ok(()),
            Err((error, _)) => {
                metrics::delivery_failed(error);
                Err(self.refusal(error))
            }
        };
        self.settle(*in_flight, outcome);
    }
}

impl Delivery {
    fn settle(&self, in_flight: InFlight, outcome: Result<(), PublishError>) {
        if let Some(sent) = in_flight.sent {
            metrics::delivered(sent.elapsed());
        }
        in_flight.receipt.settle(outcome);
        self.lanes.give(in_flight.lane, in_flight.weight);
        // Last: whoever waits until nothing is in flight relies on all receipts being settled.
        self.budget.give(in_flight.weight, 1);
    }

    /// As [`refusal`], with the reason why a record never left that was given up.
    fn refusal(&self, error: &KafkaError) -> PublishError {
        let purged = matches!(
            error.rdkafka_error_code(),
            Some(RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight)
        );
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match &*trouble {
            Some(trouble) if purged => PublishError::Unavailable(format!("{error}: {trouble}")),
            _ => refusal(error),
        }
    }
}

/// Whether trying again can help. A missing topic or right can be put right by whoever runs the cluster; a record
/// that is too large or malformed stays so.
fn refusal(error: &KafkaError) -> PublishError {
    match error.rdkafka_error_code() {
        Some(
            RDKafkaErrorCode::MessageSizeTooLarge
            | RDKafkaErrorCode::InvalidMessageSize
            | RDKafkaErrorCode::InvalidRecord
            | RDKafkaErrorCode::InvalidTimestamp,
        ) => PublishError::Refused(error.to_string()),
        _ => PublishError::Unavailable(error.to_string()),
    }
}

type Client = ThreadedProducer<Delivery>;

/// The producer of a process. A fatal error makes it useless; then another takes its place.
pub(super) struct Producer {
    delivery: Delivery,
    /// `None` when closed.
    client: RwLock<Option<Client>>,
}

impl Producer {
    pub(super) fn new(names: Arc<Names>, budget: Arc<Budget>) -> Result<Self, Error> {
        let delivery = Delivery {
            lanes: Arc::new(Lanes::new(budget.limit())),
            names,
            budget,
            reachable: Arc::new(AtomicBool::new(true)),
            trouble: Arc::default(),
        };
        Ok(Self {
            client: RwLock::new(Some(connect(&delivery)?)),
            delivery,
        })
    }

    /// Hands a record to the current client. Gives back what it did not take, with why, and which client that was.
    fn send(&self, record: &Record, in_flight: Box<InFlight>) -> Result<(), Untaken> {
        let current = self.client.read().unwrap_or_else(PoisonError::into_inner);
        let Some(client) = &*current else {
            return Err(Untaken::Closed(in_flight));
        };
        client
            .send(message(&self.delivery.names, record, in_flight))
            .map_err(|(error, message)| {
                if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Fatal) {
                    Untaken::Fatal(client.clone(), error, message.delivery_opaque)
                } else {
                    Untaken::Refused(error, message.delivery_opaque)
                }
            })
    }

    /// Replaces a producer that had a fatal error. What it had in flight is settled as unavailable: whether Kafka has
    /// it is not known.
    fn replace(&self, dead: &Client) {
        let mut client = self.client.write().unwrap_or_else(PoisonError::into_inner);
        let is_current = client
            .as_ref()
            .is_some_and(|current| current.client().native_ptr() == dead.client().native_ptr());
        if !is_current {
            return;
        }
        metrics::producer_fatal();
        tracing::error!("the kafka producer had a fatal error and is replaced");
        match connect(&self.delivery) {
            Ok(fresh) => {
                if let Some(dead) = client.replace(fresh) {
                    retire(dead);
                }
            }
            Err(error) => tracing::error!(%error, "the kafka producer cannot be replaced yet"),
        }
    }

    /// Waits for what is in flight, settles what does not arrive, refuses what comes later.
    pub(super) fn close(&self) {
        let client = {
            let mut client = self.client.write().unwrap_or_else(PoisonError::into_inner);
            client.take()
        };
        if let Some(client) = client {
            if let Err(error) = client.flush(CLOSE_WITHIN) {
                tracing::warn!(%error, "records in flight did not reach kafka in time");
            }
            purge(&client);
        }
    }
}

/// Gives up what is in flight; every receipt is settled.
fn purge(client: &Client) {
    client.purge(PurgeConfig::default().queue().inflight());
    // Serves the reports of what was purged; they are there at once.
    let _ = client.flush(Duration::from_secs(1));
}

/// Ends a producer on a thread of its own: its end waits for its polling thread, which may be the one that calls.
fn retire(dead: Client) {
    let ended = std::thread::Builder::new()
        .name("bus-retired-producer".to_owned())
        .spawn(move || purge(&dead));
    if let Err(error) = ended {
        tracing::error!(%error, "a dead producer cannot be cleaned up");
    }
}

fn connect(delivery: &Delivery) -> Result<Client, Error> {
    let config = &delivery.names.config;
    let mut client = delivery.names.client();
    client
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("partitioner", "murmur2_random")
        .set("linger.ms", config.linger_ms.to_string())
        .set("compression.type", config.compression.name())
        .set(
            "message.timeout.ms",
            (u64::from(config.message_timeout_seconds) * 1000).to_string(),
        )
        // Our budget of bytes stands in front of the queue, which must therefore never be full.
        .set("queue.buffering.max.messages", "0")
        .set("queue.buffering.max.kbytes", "2097151");
    create(&client, delivery.clone())
}

impl Submit for Producer {
    fn is_reachable(&self) -> bool {
        self.delivery.reachable.load(Ordering::Relaxed)
    }

    fn submit(&self, mut record: Record, receipt: Receipt, weight: u64) {
        let delivery = &self.delivery;
        let framing = &delivery.names.framing;
        record.value = record.value.map(|value| framing.framed(record.topic, value));
        let lane = delivery.lanes.take(record.topic, &record.key, weight);
        let mut in_flight = Box::new(InFlight {
            receipt,
            weight,
            lane: lane.unwrap_or(None),
            sent: (delivery.budget.records() % TIMED_EVERY == 1).then(Instant::now),
        });
        if let Err(partition) = lane {
            let full = PublishError::Unavailable(format!(
                "too much waits for partition {partition} of {} already",
                delivery.names.topic(record.topic)
            ));
            return delivery.settle(*in_flight, Err(full));
        }
        let mut replaced = false;
        loop {
            let (error, returned) = match self.send(&record, in_flight) {
                Ok(()) => return,
                Err(Untaken::Closed(returned)) => {
                    let closed = PublishError::Unavailable("the log is closed".to_owned());
                    return delivery.settle(*returned, Err(closed));
                }
                Err(Untaken::Fatal(dead, error, returned)) => {
                    self.replace(&dead);
                    if !replaced {
                        replaced = true;
                        in_flight = returned;
                        continue;
                    }
                    (error, returned)
                }
                Err(Untaken::Refused(error, returned)) => (error, returned),
            };
            metrics::delivery_failed(&error);
            return delivery.settle(*returned, Err(refusal(&error)));
        }
    }
}

/// A record that the client did not take.
enum Untaken {
    /// There is no client any more.
    Closed(Box<InFlight>),
    /// The client will never take anything again.
    Fatal(Client, KafkaError, Box<InFlight>),
    Refused(KafkaError, Box<InFlight>),
}

fn message<'a>(
    names: &'a Names,
    record: &'a Record,
    in_flight: Box<InFlight>,
) -> BaseRecord<'a, [u8], [u8], Box<InFlight>> {
    let mut message = BaseRecord::with_opaque_to(names.topic(record.topic), in_flight)
        .key(&record.key[..])
        .timestamp(millis(record.timestamp));
    if let Some(value) = &record.value {
        message = message.payload(&value[..]);
    }
    if record.headers.is_empty() {
        message
    } else {
        message.headers(headers(record))
    }
}

/// The headers of a record for Kafka.
pub(super) fn headers(record: &Record) -> OwnedHeaders {
    record.headers.iter().fold(
        OwnedHeaders::new_with_capacity(record.headers.len()),
        |headers, (name, value)| {
            headers.insert(Header {
                key: name,
                value: Some(&value[..]),
            })
        },
    )
}
