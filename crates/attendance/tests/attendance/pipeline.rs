//! The two stages of the service, fed as the bus feeds them, without a bus.

use std::collections::{BTreeMap, VecDeque};

use attendance::roster::{Definitions, TopicRecord, records};
use attendance::{Attendance, AttendanceConfig, Telling};
use bus::{Out, Received, Stage};
use bytes::Bytes;
use events::attendance::v1::{Record, Signal};
use events::position::v1::Position;
use events::{Message as _, Topic};
use jiff::Timestamp;

/// What was published, in order.
#[derive(Debug, Default)]
pub(crate) struct Published {
    /// The newest record of each key.
    pub(crate) records: BTreeMap<String, Record>,
    pub(crate) signals: Vec<Signal>,
    /// Records of the topic `attendance` that were written, deletions as well.
    pub(crate) written: usize,
}

/// The running service.
pub(crate) struct Pipeline {
    telling: Telling,
    told: <Telling as Stage>::State,
    judging: Attendance,
    seats: <Attendance as Stage>::State,
    /// Saved state of the two stages.
    saved: [BTreeMap<Bytes, Bytes>; 2],
    definitions: Vec<Received>,
    config: AttendanceConfig,
    pub(crate) published: Published,
}

pub(crate) fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

fn received(topic: Topic, key: &str, value: Option<Vec<u8>>, at: i64) -> Received {
    Received {
        topic,
        partition: 0,
        offset: 0,
        key: Bytes::copy_from_slice(key.as_bytes()),
        value: value.map(Bytes::from),
        headers: Vec::new(),
        timestamp: instant(at),
    }
}

impl Pipeline {
    pub(crate) fn new() -> Self {
        let config = AttendanceConfig {
            catch_up_seconds: 0,
            ..AttendanceConfig::default()
        };
        let (telling, judging) = (Telling::default(), Attendance::new(&config));
        Self {
            told: telling.restore(0, Vec::new()),
            seats: judging.restore(0, Vec::new()),
            telling,
            judging,
            saved: Default::default(),
            definitions: Vec::new(),
            config,
            published: Published::default(),
        }
    }

    /// Writes definitions; punches among them are left out.
    pub(crate) fn define(&mut self, written: &Definitions, at: i64) {
        for TopicRecord {
            topic, key, value, ..
        } in records(written)
        {
            if topic != Topic::Punches {
                self.definition(received(topic, &key, Some(value), at));
            }
        }
        self.redefined(at);
    }

    /// Takes a definition back.
    pub(crate) fn undefine(&mut self, topic: Topic, key: &str, at: i64) {
        self.definition(received(topic, key, None, at));
        self.redefined(at);
    }

    fn definition(&mut self, record: Received) {
        self.telling.define(&record).expect("a definition");
        self.judging.define(&record).expect("a definition");
        self.definitions.push(record);
    }

    fn redefined(&mut self, at: i64) {
        let mut out = Out::default();
        self.telling.redefined(&mut self.told, instant(at), &mut out);
        self.commit(0, out, at);
        let mut out = Out::default();
        self.judging.redefined(&mut self.seats, instant(at), &mut out);
        self.commit(1, out, at);
    }

    /// A position that the gateway received at that time.
    pub(crate) fn position(&mut self, position: &Position, at: i64) {
        let record = received(
            Topic::Positions,
            &position.device,
            Some(position.encode_to_vec()),
            at,
        );
        let mut out = Out::default();
        self.telling
            .apply(&mut self.told, &record, instant(at), &mut out)
            .expect("a position");
        self.commit(0, out, at);
    }

    /// A record of the topic `punches`.
    pub(crate) fn punch(&mut self, person: &str, value: Vec<u8>, at: i64) {
        let record = received(Topic::Punches, person, Some(value), at);
        self.judge(&record, at);
    }

    fn judge(&mut self, record: &Received, at: i64) {
        let mut out = Out::default();
        self.judging
            .apply(&mut self.seats, record, instant(at), &mut out)
            .expect("evidence");
        self.commit(1, out, at);
    }

    /// Lets the clock go on.
    pub(crate) fn tick(&mut self, now: i64) {
        let mut out = Out::default();
        self.judging.tick(&mut self.seats, instant(now), &mut out);
        self.commit(1, out, now);
    }

    /// Lets the clock go on to `until`, as it does: not in one leap.
    pub(crate) fn wait(&mut self, from: i64, until: i64, step: i64) {
        let mut now = from;
        while now < until {
            self.tick(now);
            now += step;
        }
        self.tick(until);
    }

    /// Starts anew from what was saved.
    pub(crate) fn restart(&mut self, at: i64) {
        (self.telling, self.judging) = (Telling::default(), Attendance::new(&self.config));
        for record in &self.definitions {
            self.telling.define(record).expect("a definition");
            self.judging.define(record).expect("a definition");
        }
        let [told, seats] = self
            .saved
            .each_ref()
            .map(|saved| saved.clone().into_iter().collect());
        self.told = self.telling.restore(0, told);
        self.seats = self.judging.restore(0, seats);
        self.redefined(at);
    }

    fn commit(&mut self, stage: usize, out: Out, at: i64) {
        for (key, value) in out.state {
            match value {
                Some(value) => self.saved[stage].insert(key, value),
                None => self.saved[stage].remove(&key),
            };
        }
        let mut evidence = VecDeque::new();
        for record in out.records {
            let key = String::from_utf8(record.key.to_vec()).expect("a text");
            match (record.topic, record.value) {
                (Topic::Attendance, value) => {
                    self.published.written += 1;
                    match value {
                        Some(value) => {
                            let record = Record::decode(value).expect("a record");
                            self.published.records.insert(key, record);
                        }
                        None => {
                            self.published.records.remove(&key);
                        }
                    }
                }
                (Topic::AttendanceSignals, Some(value)) => {
                    self.published
                        .signals
                        .push(Signal::decode(value).expect("a signal"));
                }
                (Topic::Evidence, Some(value)) => {
                    evidence.push_back(received(
                        Topic::Evidence,
                        &key,
                        Some(value.to_vec()),
                        record.timestamp.as_second(),
                    ));
                }
                (topic, _) => panic!("a record for {topic:?}"),
            }
        }
        while let Some(record) = evidence.pop_front() {
            self.judge(&record, at);
        }
    }
}
