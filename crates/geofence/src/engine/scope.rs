use std::collections::{HashMap, HashSet};

use events::binding::v1::Binding;
use events::fence::v1 as proto;

/// Whom a fence concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    organisations: HashSet<Box<str>>,
    groups: HashSet<Box<str>>,
    devices: HashSet<Box<str>>,
}

impl Scope {
    /// Reads a definition; `None` concerns every device.
    pub(crate) fn read(scope: &proto::Scope) -> Option<Self> {
        let set = |names: &[String]| names.iter().map(|name| name.as_str().into()).collect();
        let scope = Self {
            organisations: set(&scope.organisations),
            groups: set(&scope.groups),
            devices: set(&scope.devices),
        };
        let everyone = scope.organisations.is_empty() && scope.groups.is_empty() && scope.devices.is_empty();
        (!everyone).then_some(scope)
    }

    /// True when the fence concerns the device at that time, Unix milliseconds.
    pub(crate) fn admits(&self, device: &str, members: &Memberships, time: i64) -> bool {
        self.devices.contains(device)
            || members.of(device, time).any(|period| {
                self.organisations.contains(&period.organisation)
                    || period.groups.iter().any(|group| self.groups.contains(group))
            })
    }
}

/// Which organisation and groups each device belongs to, and when: what the bindings say.
#[derive(Debug, Clone, Default)]
pub struct Memberships {
    /// By device.
    periods: HashMap<Box<str>, Vec<Period>>,
    /// Device of each binding, to find what an edit replaces.
    devices: HashMap<Box<str>, Box<str>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Period {
    binding: Box<str>,
    /// Unix milliseconds; the end is not part of it.
    from: i64,
    until: i64,
    organisation: Box<str>,
    groups: Vec<Box<str>>,
}

impl Memberships {
    /// Takes a binding, in place of an earlier one of the same id.
    ///
    /// # Errors
    /// When a time cannot be read; the earlier binding stays.
    pub fn bind(&mut self, binding: &Binding) -> Result<(), String> {
        let period = Period {
            binding: binding.id.as_str().into(),
            from: instant("from", &binding.from, &binding.zone)?.unwrap_or(i64::MIN),
            until: instant("until", &binding.until, &binding.zone)?.unwrap_or(i64::MAX),
            organisation: binding.organisation.as_str().into(),
            groups: binding.groups.iter().map(|group| group.as_str().into()).collect(),
        };
        self.unbind(&binding.id);
        let device: Box<str> = binding.device.as_str().into();
        self.devices.insert(period.binding.clone(), device.clone());
        self.periods.entry(device).or_default().push(period);
        Ok(())
    }

    /// Forgets a binding.
    pub fn unbind(&mut self, id: &str) {
        let Some(device) = self.devices.remove(id) else {
            return;
        };
        if let Some(periods) = self.periods.get_mut(&device) {
            periods.retain(|period| &*period.binding != id);
            if periods.is_empty() {
                self.periods.remove(&device);
            }
        }
    }

    fn of(&self, device: &str, time: i64) -> impl Iterator<Item = &Period> {
        self.periods
            .get(device)
            .into_iter()
            .flatten()
            .filter(move |period| period.from <= time && time < period.until)
    }
}

/// Reads an absolute time, or a local one in `zone` (`Asia/Shanghai` when empty, as in the rosters).
fn instant(field: &str, text: &str, zone: &str) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Ok(Some(timestamp.as_millisecond()));
    }
    let zone = if zone.is_empty() { "Asia/Shanghai" } else { zone };
    let zone = jiff::tz::TimeZone::get(zone)
        .map_err(|_| format!("expected an IANA time zone such as Asia/Shanghai, found {zone:?}"))?;
    let civil: jiff::civil::DateTime = text
        .parse()
        .map_err(|_| format!("expected {field} as a date, a local time or RFC 3339, found {text:?}"))?;
    zone.to_timestamp(civil)
        .map(|timestamp| Some(timestamp.as_millisecond()))
        .map_err(|_| format!("expected a time between the years -9999 and 9999 in {field}, found {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_belongs_to_a_group_from_when_to_when_the_binding_says() {
        let mut members = Memberships::default();
        let mut binding = Binding {
            id: "b".into(),
            device: "A1".into(),
            from: "2026-03-02T10:00".into(),
            until: "2026-03-03".into(),
            groups: vec!["drivers".into()],
            ..Binding::default()
        };
        members.bind(&binding).unwrap();
        let scope = Scope::read(&proto::Scope {
            groups: vec!["drivers".into()],
            ..Default::default()
        })
        .unwrap();
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let admitted = |members: &Memberships, time: &str| scope.admits("A1", members, at(time));
        assert!(!admitted(&members, "2026-03-02T09:59:59+08:00"));
        assert!(admitted(&members, "2026-03-02T10:00:00+08:00"));
        assert!(!admitted(&members, "2026-03-03T00:00:00+08:00"));
        binding.groups = vec!["guards".into()];
        members.bind(&binding).unwrap();
        assert!(!admitted(&members, "2026-03-02T11:00:00+08:00"));
        members.unbind("b");
        assert!(members.periods.is_empty());
        binding.from = "soon".into();
        assert_eq!(
            members.bind(&binding).unwrap_err(),
            "expected from as a date, a local time or RFC 3339, found \"soon\""
        );
    }

    #[test]
    fn an_empty_scope_concerns_everyone() {
        assert_eq!(Scope::read(&proto::Scope::default()), None);
    }
}
