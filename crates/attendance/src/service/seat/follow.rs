//! What changed definitions ask of a person: fixes that go elsewhere, punches and presences seen anew.

use std::collections::BTreeMap;

use bus::Out;
use events::evidence::v1 as evidence_pb;
use jiff::Timestamp;

use super::{HOUR, PASSED_ON, Seat, Surroundings, rules};
use crate::facts;
use crate::metrics;
use crate::presence::Fix;
use crate::roster::Person;
use crate::service::definitions::World;
use crate::service::telling::{addressee, tell};

impl Seat {
    /// Follows changed definitions: fixes that are somebody else's now go there, the rest is judged again.
    pub(in crate::service) fn follow(&mut self, at: Timestamp, around: &Surroundings<'_>, out: &mut Out) {
        let print = around.world.print(&self.id);
        let changed = print != self.record.print;
        if changed {
            self.record.print = print;
            self.unsaved.push("seat".into());
            self.pass_on(at, around.world, out);
        }
        let Some(person) = around.world.roster.people.get(self.id.as_str()) else {
            self.due = i64::MIN;
            return;
        };
        if changed || !self.seated {
            self.seat(person, around);
        }
        if changed && let Some(clock) = self.record.clock {
            self.desk.redefine(clock, rules(around, person));
        }
        self.look_at_clock(person);
    }

    /// Puts punches and presences on the desk.
    fn seat(&mut self, person: &Person, around: &Surroundings<'_>) {
        self.seated = true;
        self.desk.facts.punches.clear();
        self.desk.facts.presences.clear();
        for given in self.punches.values() {
            match facts::punch(given, &around.world.roster, person) {
                Ok((punch, _)) => {
                    self.desk.facts.add_punch(punch);
                }
                Err((field, text)) => {
                    tracing::warn!(person = self.id, field, text, "a punch is not used");
                }
            }
        }
        for given in around.world.told.get(&self.id).into_iter().flatten() {
            match facts::presence(given, &around.world.roster, person) {
                Ok((presence, _)) => {
                    self.desk.facts.add_presence(presence);
                }
                Err((field, text)) => {
                    tracing::warn!(person = self.id, field, text, "a presence is not used");
                }
            }
        }
    }

    /// Hands on the fixes that belong to somebody else by now.
    fn pass_on(&mut self, at: Timestamp, world: &World, out: &mut Out) {
        let devices: Vec<String> = self.desk.facts.devices().map(ToOwned::to_owned).collect();
        let told = |fix: &Fix| evidence_pb::Fix {
            device: devices.get(usize::from(fix.device)).cloned().unwrap_or_default(),
            time: fix.at,
            latitude: fix.point.latitude,
            longitude: fix.point.longitude,
            accuracy_m: f64::from(fix.accuracy_m),
            mock: fix.mock,
            ..evidence_pb::Fix::default()
        };
        let id = self.id.as_str();
        let (gone, hours) = self
            .archive
            .sort_out(|fix| addressee(world, &told(fix)).as_deref() == Some(id));
        self.unsaved
            .extend(hours.iter().map(|hour| format!("{HOUR}{hour}")));
        let mut elsewhere: BTreeMap<String, Vec<evidence_pb::Fix>> = BTreeMap::new();
        for fix in gone {
            self.desk.withdraw_fix(fix.at, fix.device, at.as_second());
            metrics::fact("passed-on");
            let fix = told(&fix);
            if let Some(to) = addressee(world, &fix) {
                elsewhere.entry(to).or_default().push(fix.clone());
            }
            elsewhere
                .entry(self.id.clone())
                .or_default()
                .push(evidence_pb::Fix {
                    withdrawn: true,
                    ..fix
                });
        }
        for (to, fixes) in elsewhere {
            for fixes in fixes.chunks(PASSED_ON) {
                tell(&to, fixes.to_vec(), at, out);
            }
        }
    }
}
