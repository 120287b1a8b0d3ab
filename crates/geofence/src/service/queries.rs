//! Who is where, as JSON on the admin port.

use jiff::Timestamp;
use runtime::admin::{Parameters, Queries, Unanswered};
use serde_json::{Value, json};

use super::handle::{Handle, Whereabouts};

impl Handle {
    /// Adds the questions that this handle answers. A process answers for the partitions that it has, and says which.
    pub fn serve(&self, queries: &Queries) {
        let handle = self.clone();
        queries.add(
            "/fences/{fence}/occupants",
            "which devices are in a fence",
            move |asked| handle.answer_occupants(asked),
        );
        let handle = self.clone();
        queries.add(
            "/fences/{fence}/occupants/{device}",
            "whether a device is in a fence; ?fresh_s=N: by a fix of the last N seconds",
            move |asked| handle.answer_whereabouts(asked),
        );
        let handle = self.clone();
        queries.add(
            "/devices/{device}/fences",
            "in which fences a device is",
            move |asked| handle.answer_stays(asked),
        );
    }

    fn answer_occupants(&self, asked: &Parameters) -> Result<Value, Unanswered> {
        let (fence, name) = self.fence_asked(asked)?;
        let occupants: Vec<Value> = self
            .occupants(&fence)
            .into_iter()
            .map(|occupant| {
                json!({
                    "device": occupant.device,
                    "since": text(occupant.since),
                    "seen": text(occupant.seen),
                })
            })
            .collect();
        Ok(json!({
            "fence": fence,
            "name": name,
            "occupants": occupants,
            "partitions": self.partition_numbers(),
        }))
    }

    fn answer_whereabouts(&self, asked: &Parameters) -> Result<Value, Unanswered> {
        let (fence, name) = self.fence_asked(asked)?;
        let device = parameter(asked, "device");
        let fresh_from = match asked.get("fresh_s") {
            None => i64::MIN,
            Some(text) => {
                let seconds: u32 = text.parse().map_err(|_| {
                    Unanswered::Wrong(format!("expected fresh_s as whole seconds, found {text:?}"))
                })?;
                runtime::clock::now().as_millisecond() - i64::from(seconds) * 1000
            }
        };
        let (state, since, seen) = match self.whereabouts(device, &fence, fresh_from) {
            Whereabouts::Inside { since, seen } => ("inside", Some(since), Some(seen)),
            Whereabouts::Outside { seen } => ("outside", None, Some(seen)),
            Whereabouts::Unknown => ("unknown", None, None),
        };
        Ok(json!({
            "device": device,
            "fence": fence,
            "name": name,
            "state": state,
            "since": since.map(text),
            "seen": seen.map(text),
            "partitions": self.partition_numbers(),
        }))
    }

    fn answer_stays(&self, asked: &Parameters) -> Result<Value, Unanswered> {
        let device = parameter(asked, "device");
        let (seen, stays) = self.stays(device).ok_or_else(|| {
            Unanswered::Unknown(format!(
                "no fix of the device {device:?} has come to the partitions {:?}, which this process has",
                self.partition_numbers()
            ))
        })?;
        let fences: Vec<Value> = stays
            .into_iter()
            .map(|stay| json!({ "fence": stay.fence, "name": stay.name, "since": text(stay.since) }))
            .collect();
        Ok(json!({ "device": device, "seen": text(seen), "fences": fences }))
    }

    fn fence_asked(&self, asked: &Parameters) -> Result<(String, String), Unanswered> {
        let fence = parameter(asked, "fence");
        let name = self.name(fence).ok_or_else(|| {
            Unanswered::Unknown(format!(
                "there is no fence {fence:?}; `milepost fences export` shows those that there are"
            ))
        })?;
        Ok((fence.to_owned(), name))
    }
}

fn parameter<'a>(asked: &'a Parameters, name: &str) -> &'a str {
    asked.get(name).map_or("", String::as_str)
}

fn text(millis: i64) -> String {
    Timestamp::from_millisecond(millis)
        .unwrap_or_default()
        .to_string()
}
