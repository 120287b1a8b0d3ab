//! The sightings that concern one shift, from fixes, observed presences and punches.

use events::punch::v1::PunchKind;
use events::roster::v1::{ApprovalKind, OutsidePunch};

use super::facts::{Facts, Presence, Punch, PunchPlace, REACH_S};
use super::span::Span;
use crate::presence::{Cleaned, Fix, Mark, Origin, Sighting, View, clean, view};
use crate::roster::{Person, Roster, SiteId};
use crate::schedule::Instance;

/// Fixes this long before and after the window are looked at too, seconds.
const MARGIN_S: i64 = 3 * 3600;
/// This long before and after an approved outing a customer's place counts too, seconds.
const AROUND_OUTING_S: i64 = 2 * 3600;
/// Site of a terminal that belongs to no site: presence without a place.
pub(super) const UNNAMED_SITE: SiteId = SiteId::MAX;

/// What concerns one shift.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) cleaned: Cleaned,
    /// Punches whose place is not an own site.
    pub(super) abnormal: Vec<Claim>,
    /// A phone said that its location is simulated.
    pub(super) mock: bool,
}

/// A punch away from all own sites.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    pub(super) at: i64,
    pub(super) is_in: bool,
    pub(super) origin: Origin,
}

pub(super) fn gather(
    roster: &Roster,
    person: &Person,
    facts: &Facts,
    instance: &Instance,
    window: Span,
    now: i64,
) -> Evidence {
    let wide = Span::new(window.from - MARGIN_S, window.to + MARGIN_S);
    let mut evidence = Evidence::default();
    let mut sightings = facts.sightings(wide);
    // What was seen last before the window and first after it bounds what is unknown, as with fixes.
    let reach = Span::new(wide.from - REACH_S, wide.to + REACH_S);
    let told: Vec<(usize, &Presence)> = facts
        .presences
        .iter()
        .enumerate()
        .filter(|(_, presence)| presence.span.from < reach.to && reach.from < presence.span.to)
        .collect();
    for (position, (number, presence)) in told.iter().enumerate() {
        let before = position
            .checked_sub(1)
            .and_then(|before| told.get(before))
            .map(|(_, presence)| presence.span.to);
        let after = told.get(position + 1).map(|(_, presence)| presence.span.from);
        // Of another shift's presence nothing follows about this one.
        let around = presence.span.meets(window).then(|| {
            let since = before.map_or(wide.from, |before| before.max(wide.from));
            let until = after.map_or(wide.to, |after| after.min(wide.to));
            Span::new(since, until)
        });
        tell(person, presence, *number, around, &mut sightings);
    }
    punches(
        roster,
        person,
        facts,
        instance,
        window,
        &mut evidence,
        &mut sightings,
    );
    let customers: Vec<Span> = person
        .approvals
        .iter()
        .filter(|approval| {
            matches!(approval.kind, ApprovalKind::Outing | ApprovalKind::Trip) && approval.known_at <= now
        })
        .map(|approval| Span::new(approval.from - AROUND_OUTING_S, approval.until + AROUND_OUTING_S))
        .filter(|span| span.meets(wide))
        .collect();
    if !customers.is_empty() {
        for sighting in &mut sightings {
            if let View::Foreign(site) = sighting.view
                && roster.is_customer(site)
                && customers.iter().any(|span| span.contains(sighting.at))
            {
                sighting.view = View::Inside(site);
            }
        }
    }
    // By name, not by number: numbers follow the order of arrival.
    let name = |sighting: &Sighting| match sighting.origin {
        Origin::Fix(device) => facts.device_name(device),
        Origin::Presence(_) | Origin::Punch(_) => "",
    };
    sightings.sort_by(|a, b| {
        let by_name = || name(a).cmp(name(b)).then(a.origin.cmp(&b.origin));
        a.at.cmp(&b.at).then_with(by_name)
    });
    evidence.cleaned = clean(sightings);
    evidence.mock |= evidence
        .cleaned
        .marks
        .iter()
        .any(|(at, mark)| *mark == Mark::Mock && window.contains(*at));
    evidence
}

/// The sightings that an observed presence stands for: the person was there, and elsewhere before and after it within
/// `around`.
fn tell(person: &Person, presence: &Presence, number: usize, around: Option<Span>, into: &mut Vec<Sighting>) {
    let origin = Origin::Presence(u16::try_from(number).unwrap_or(u16::MAX));
    let view = match presence.site {
        Some(_) if presence.coarse => View::Near,
        Some(site) if person.sites.is_empty() || person.sites.contains(&site) => View::Inside(site),
        Some(site) => View::Foreign(site),
        None => View::Outside,
    };
    let sighting = |at: i64, until: i64, view: View| Sighting {
        at,
        until,
        view,
        accuracy_m: if presence.coarse { 500.0 } else { 0.0 },
        distance_m: presence.distance_m,
        latitude: 0.0,
        longitude: 0.0,
        origin,
        mock: false,
    };
    let Span { from, to } = presence.span;
    let around = around.filter(|_| presence.site.is_some() && !presence.coarse);
    if let Some(around) = around.filter(|around| !presence.unknown_before && around.from < from) {
        into.push(sighting(around.from, from, View::Outside));
    }
    into.push(sighting(from, to, view));
    if let Some(around) = around.filter(|around| !presence.unknown_after && to < around.to) {
        into.push(sighting(to, around.to, View::Outside));
    }
}

/// Punches as sightings: of each part the first "in" and the last "out"; what lies between was presence, unless fixes
/// say otherwise.
fn punches(
    roster: &Roster,
    person: &Person,
    facts: &Facts,
    instance: &Instance,
    window: Span,
    evidence: &mut Evidence,
    sightings: &mut Vec<Sighting>,
) {
    let within: Vec<(usize, &Punch)> = facts
        .punches
        .iter()
        .enumerate()
        .filter(|(_, punch)| window.contains(punch.at))
        .collect();
    if within.is_empty() {
        return;
    }
    let mut bounds = vec![window.from];
    bounds.extend(instance.parts.windows(2).filter_map(|pair| {
        let [(_, one), (_, other)] = pair else { return None };
        Some(i64::midpoint(one.to, other.from))
    }));
    bounds.push(window.to);
    for (number, ends) in bounds.windows(2).enumerate() {
        let [from, to] = ends else { continue };
        let part = instance
            .parts
            .get(number)
            .map_or(instance.span, |(_, span)| *span);
        let middle = i64::midpoint(part.from, part.to);
        let is_in = |punch: &Punch| match punch.kind {
            PunchKind::In => true,
            PunchKind::Out => false,
            PunchKind::Unspecified => punch.at <= middle,
        };
        let of_part = within
            .iter()
            .filter(|(_, punch)| Span::new(*from, *to).contains(punch.at));
        let mut open: Option<(usize, Sighting)> = None;
        for (position, punch) in of_part {
            let origin = Origin::Punch(u16::try_from(*position).unwrap_or(u16::MAX));
            evidence.mock |= punch.mock;
            let seen = seen_at(roster, person, punch, origin);
            let Some(seen) = seen.filter(|_| !punch.mock) else {
                if !punch.mock {
                    evidence.abnormal.push(Claim {
                        at: punch.at,
                        is_in: is_in(punch),
                        origin,
                    });
                }
                continue;
            };
            if is_in(punch) {
                if open.is_none() {
                    open = Some((sightings.len(), seen));
                    sightings.push(seen);
                }
                continue;
            }
            let silent = open
                .as_ref()
                .is_none_or(|(_, first)| facts.fixes_within(Span::new(first.at, punch.at)).next().is_none());
            if let Some((place, _)) = open
                && silent
                && let Some(first) = sightings.get_mut(place)
            {
                first.until = first.until.max(punch.at);
            } else {
                sightings.push(seen);
            }
            // Whoever punches out leaves.
            sightings.retain(|old| {
                !(matches!(old.origin, Origin::Punch(_))
                    && old.view == View::Outside
                    && Span::new(*from, *to).contains(old.at))
            });
            sightings.push(Sighting {
                view: View::Outside,
                until: window.to + MARGIN_S,
                ..seen
            });
        }
    }
}

/// Where a punch was made, none when that is not an own site.
fn seen_at(roster: &Roster, person: &Person, punch: &Punch, origin: Origin) -> Option<Sighting> {
    let own = person.sites.first().copied().unwrap_or(UNNAMED_SITE);
    let at_site = |site: SiteId| Sighting {
        at: punch.at,
        until: punch.at,
        view: View::Inside(site),
        accuracy_m: 0.0,
        distance_m: 0.0,
        latitude: 0.0,
        longitude: 0.0,
        origin,
        mock: false,
    };
    let counted = person.policy.outside_punch == OutsidePunch::Count;
    match punch.place {
        PunchPlace::Site(site) if person.sites.contains(&site) => Some(at_site(site)),
        PunchPlace::Terminal => Some(at_site(own)),
        PunchPlace::Phone(point, accuracy_m) => {
            let fix = Fix {
                at: punch.at,
                device: 0,
                point,
                accuracy_m,
                mock: false,
            };
            let seen = view(&fix, roster, person);
            let inside = match seen.view {
                View::Inside(_) => true,
                View::Foreign(site) => roster.is_customer(site),
                _ => false,
            };
            (inside || counted).then_some(Sighting {
                origin,
                view: if inside { seen.view } else { View::Inside(own) },
                ..seen
            })
        }
        PunchPlace::Distance(metres) => (metres <= 0.0 || counted).then(|| at_site(own)),
        PunchPlace::Site(site) => (roster.is_customer(site) || counted).then(|| Sighting {
            view: if counted {
                View::Inside(own)
            } else {
                View::Foreign(site)
            },
            ..at_site(site)
        }),
    }
}
