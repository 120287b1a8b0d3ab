//! What consumers wrote, as a reader has it in the end.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use bus::{Bus, Read};
use events::Topic;
use serde::Serialize;
use serde_json::Value;

/// How many records that differ are named.
const NAMED: usize = 10;

/// Topics of records with an id and revisions, the name of the id, and what tells of a record only how and when it
/// became known: that is another after a kill, and may be.
const REVISED: [(Topic, &str, &[&str]); 3] = [
    (
        Topic::FenceEvents,
        "eventId",
        &["revision", "late", "observedAt", "retracts"],
    ),
    (Topic::Trips, "tripId", &["revision", "observedUntil"]),
    (Topic::Stops, "stopId", &["revision", "observedUntil"]),
];
/// A trip or stop that may change yet is told again only when it has changed by more than a few seconds or metres, so
/// that only its being there is compared. All of the day are final in the end.
const PROVISIONAL: &str = "FINALITY_PROVISIONAL";
/// As in [`REVISED`] of attendance, where the key of the record is the id.
const OF_ATTENDANCE: &[&str] = &["rev", "observedAt"];

/// The final records: revisions resolved, what was withdrawn left out.
#[derive(Debug, Default)]
pub(super) struct Derived {
    records: BTreeMap<(Topic, String), Value>,
    /// Records of all topics, revisions counted each.
    pub(super) written: u64,
    /// Records that stand there a second time with the revision they had.
    pub(super) repeated: u64,
}

/// How the final records compare.
#[derive(Debug, Default, Serialize)]
pub(super) struct Comparison {
    /// Final records by topic, of the run without faults.
    pub(super) derived: BTreeMap<&'static str, usize>,
    /// Records that are missing, too many or not the same.
    pub(super) different: usize,
    /// Some of these.
    pub(super) differing: Vec<String>,
}

impl Derived {
    /// Reads them from the log.
    pub(super) async fn read(bus: &Bus) -> anyhow::Result<Self> {
        let mut derived = Self::default();
        for (topic, id, told) in REVISED {
            derived.revised(bus, topic, id, told).await?;
        }
        derived.attendance(bus).await?;
        Ok(derived)
    }

    async fn revised(&mut self, bus: &Bus, topic: Topic, id: &str, told: &[&str]) -> anyhow::Result<()> {
        let mut reader = bus.read(Read::all(topic));
        let mut seen = BTreeSet::new();
        while let Some(record) = reader.next().await.transpose()? {
            let mut value = topic.to_json(record.value.as_deref().unwrap_or_default())?;
            let name = value[id].as_str().context("a record without id")?.to_owned();
            self.written += 1;
            let revision = value["revision"].as_u64().unwrap_or_default();
            let finality = value["finality"].to_string();
            if !seen.insert((name.clone(), revision, finality)) {
                self.repeated += 1;
                continue;
            }
            let withdrawn = value["withdrawn"] == true;
            without(&mut value, told);
            if value["finality"] == PROVISIONAL {
                value = Value::from(PROVISIONAL);
            }
            if withdrawn {
                self.records.remove(&(topic, name));
            } else {
                self.records.insert((topic, name), value);
            }
        }
        Ok(())
    }

    async fn attendance(&mut self, bus: &Bus) -> anyhow::Result<()> {
        let topic = Topic::Attendance;
        let mut reader = bus.read(Read::all(topic));
        while let Some(record) = reader.next().await.transpose()? {
            let name = String::from_utf8_lossy(&record.key).into_owned();
            self.written += 1;
            match &record.value {
                Some(value) => {
                    let mut value = topic.to_json(value)?;
                    without(&mut value, OF_ATTENDANCE);
                    self.records.insert((topic, name), value);
                }
                None => {
                    self.records.remove(&(topic, name));
                }
            }
        }
        Ok(())
    }

    /// Holds them against those of a run without faults.
    pub(super) fn compare(&self, undisturbed: &Self) -> Comparison {
        let mut comparison = Comparison::default();
        for (topic, _) in undisturbed.records.keys() {
            *comparison.derived.entry(topic.name()).or_default() += 1;
        }
        let ids: BTreeSet<_> = self.records.keys().chain(undisturbed.records.keys()).collect();
        for id in ids {
            let (here, there) = (self.records.get(id), undisturbed.records.get(id));
            if here == there {
                continue;
            }
            comparison.different += 1;
            if comparison.differing.len() < NAMED {
                comparison.differing.push(difference(id, here, there));
            }
        }
        comparison
    }
}

/// One sentence about a record that is not the same.
fn difference((topic, id): &(Topic, String), here: Option<&Value>, there: Option<&Value>) -> String {
    let what = match (here.and_then(Value::as_object), there.and_then(Value::as_object)) {
        (Some(here), Some(there)) => {
            let names: BTreeSet<_> = here.keys().chain(there.keys()).collect();
            let differing = names
                .into_iter()
                .filter(|name| here.get(*name) != there.get(*name));
            let texts = differing.map(|name| {
                let text = |of: &serde_json::Map<_, _>| {
                    of.get(name).map_or_else(|| "none".to_owned(), Value::to_string)
                };
                format!("{name} {} instead of {}", text(here), text(there))
            });
            texts.collect::<Vec<_>>().join(", ")
        }
        (None, _) => "missing".to_owned(),
        (_, None) => "too many".to_owned(),
    };
    format!("{} {id}: {what}", topic.name())
}

fn without(value: &mut Value, names: &[&str]) {
    if let Some(fields) = value.as_object_mut() {
        for name in names {
            fields.remove(*name);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(records: &[(&str, Value)]) -> Derived {
        Derived {
            records: records
                .iter()
                .map(|(id, value)| ((Topic::Trips, (*id).to_owned()), value.clone()))
                .collect(),
            ..Derived::default()
        }
    }

    #[test]
    fn what_is_missing_too_many_or_other_is_counted_and_named() {
        let undisturbed = of(&[("a", json!({"x": 1})), ("b", json!({"x": 2}))]);
        let same = undisturbed.compare(&undisturbed);
        assert_eq!((same.different, same.derived["milepost.trips.v1"]), (0, 2));
        let disturbed = of(&[("a", json!({"x": 3})), ("c", json!({}))]);
        let found = disturbed.compare(&undisturbed);
        assert_eq!(found.different, 3);
        assert_eq!(found.differing[0], "milepost.trips.v1 a: x 3 instead of 1");
        assert!(found.differing[1].ends_with("b: missing"), "{found:?}");
        assert!(found.differing[2].ends_with("c: too many"), "{found:?}");
    }
}
