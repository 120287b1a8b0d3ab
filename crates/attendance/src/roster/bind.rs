//! Dated bindings of devices to persons.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use events::binding::v1 as pb;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::shifts::zone;
use super::when::When;
use super::{Binding, Person, Problem, Sourced};

/// Checks the bindings. A time in which a device is bound to two persons is named; it is evidence for neither.
/// A person with two devices is told too, since the second is often a forgotten end: both are used.
pub(super) fn bindings(
    written: &[Sourced<pb::Binding>],
    people: &BTreeMap<Arc<str>, Person>,
    default_zone: &TimeZone,
    problems: &mut Vec<Problem>,
) -> HashMap<Arc<str>, Vec<Binding>> {
    let mut by_device: HashMap<Arc<str>, Vec<Binding>> = HashMap::new();
    for entry in written {
        match binding(&entry.value, people, default_zone) {
            Ok(binding) => {
                let device: Arc<str> = entry.value.device.as_str().into();
                let others = by_device.entry(Arc::clone(&device)).or_default();
                if let Some(other) = others
                    .iter()
                    .find(|other| other.person != binding.person && meet(other, &binding))
                {
                    let zone = people
                        .get(&binding.person)
                        .map_or(default_zone, |person| &person.zone);
                    problems.push(
                        entry
                            .at
                            .problem(
                                "device",
                                format!(
                                    "device {device} is bound to {} and to {} at the same time, from {} on; \
                             its positions count for neither until one binding ends before the other begins",
                                    other.person,
                                    binding.person,
                                    text(other.from.max(binding.from), zone),
                                ),
                            )
                            .harmless(),
                    );
                }
                others.push(binding);
            }
            Err((field, text)) => problems.push(entry.at.problem(
                field,
                format!("binding of device {}: {field}: {text}", entry.value.device),
            )),
        }
    }
    two_devices(&by_device, written, problems);
    by_device
}

fn two_devices(
    by_device: &HashMap<Arc<str>, Vec<Binding>>,
    written: &[Sourced<pb::Binding>],
    problems: &mut Vec<Problem>,
) {
    for (position, entry) in written.iter().enumerate() {
        let own = |entry: &Sourced<pb::Binding>| {
            by_device
                .get(entry.value.device.as_str())
                .and_then(|bindings| {
                    bindings
                        .iter()
                        .find(|binding| *binding.person == *entry.value.person)
                })
                .cloned()
        };
        let Some(binding) = own(entry) else { continue };
        let twin = written.iter().take(position).find(|other| {
            other.value.person == entry.value.person
                && other.value.device != entry.value.device
                && own(other).is_some_and(|other| meet(&other, &binding))
        });
        if let Some(twin) = twin {
            problems.push(entry.at.problem(
                "person",
                format!(
                    "person {} is bound to devices {} and {} at the same time; both are used, the more exact one \
                     wins where they differ: end one binding if that is not meant",
                    entry.value.person, twin.value.device, entry.value.device
                ),
            ).harmless());
        }
    }
}

fn meet(a: &Binding, b: &Binding) -> bool {
    a.from < b.until && b.from < a.until
}

/// A moment as the file would write it for somebody in `zone`.
fn text(at: i64, zone: &TimeZone) -> String {
    let local = Timestamp::from_second(at).map(|at| zone.to_datetime(at));
    local.map_or_else(
        |_| "the beginning".to_owned(),
        |local| local.strftime("%Y-%m-%dT%H:%M").to_string(),
    )
}

fn binding(
    given: &pb::Binding,
    people: &BTreeMap<Arc<str>, Person>,
    default_zone: &TimeZone,
) -> Result<Binding, (&'static str, String)> {
    if given.device.is_empty() {
        return Err(("device", "expected a device id, found none; add it".into()));
    }
    let (id, person) = people.get_key_value(given.person.as_str()).ok_or_else(|| {
        (
            "person",
            format!(
                "there is no person {:?}; define the person or correct the id",
                given.person
            ),
        )
    })?;
    let zone = zone(&given.zone)?.unwrap_or_else(|| {
        if person.zone.iana_name().is_some() {
            person.zone.clone()
        } else {
            default_zone.clone()
        }
    });
    let bound = |field: &'static str, text: &str| {
        When::parse(text).map_err(|error| (field, format!("{error}; correct it")))
    };
    let from = if given.from.is_empty() {
        i64::MIN
    } else {
        bound("from", &given.from)?.begin(&zone)
    };
    let until = if given.until.is_empty() {
        i64::MAX
    } else {
        bound("until", &given.until)?.finish(&zone)
    };
    if until <= from {
        return Err(("until", "the binding ends before it begins; correct it".into()));
    }
    Ok(Binding {
        person: Arc::clone(id),
        from,
        until,
    })
}
