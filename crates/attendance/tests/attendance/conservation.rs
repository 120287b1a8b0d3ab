//! Each scheduled minute has one label, whatever the day was like.

use std::collections::HashMap;

use attendance::engine::span::Span;
use attendance::engine::{Carry, Case, Facts, Presence, Punch, PunchPlace, judge, total};
use attendance::presence::Fix;
use attendance::roster::{Approval, Person, Roster, resolve};
use attendance::schedule::instance;
use events::punch::v1::PunchKind;
use events::roster::v1::ApprovalKind;
use jiff::civil::Date;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use spatial::distance;

use crate::scenarios::{base, definitions};
use crate::track::CENTRE;

/// Random days; `CASES` in the environment says otherwise (the goal is 1,000,000).
fn cases() -> u64 {
    std::env::var("CASES").map_or(4_000, |text| text.parse().expect("a number"))
}

const SHIFTS: &str = r#"
shifts = [
    { id = "flex", start = "09:00", end = "18:00", breaks = ["12:00-13:00"], flex_min = 30 },
    { id = "parts", parts = ["08:30-12:00", "13:30-17:30"] },
    { id = "night", start = "22:00", end = "06:00", breaks = ["01:00-01:30", "03:00-03:15"] },
    { id = "core", kind = "flexible", start = "07:00", end = "21:00", core = "10:00-16:00", required_min = 480 },
    { id = "free", kind = "free", day_start = "04:00" },
    { id = "visits", kind = "unfixed", start = "09:00", end = "18:00" },
]
policies = [
    { id = "p0" },
    { id = "strict", away_min = 1, bridge_min = 0, coarse = "unknown", outside_punch = "ignore", late_grace_min = 0 },
    { id = "lax", away_min = 120, bridge_min = 600, outside_punch = "count", overtime = "presence", night = "22:00-06:00" },
]
"#;

/// Rosters of one person each, for every shift and policy, in a zone whose clock changes.
fn rosters() -> Vec<Roster> {
    let mut rosters = Vec::new();
    for shift in ["S1", "N1", "flex", "parts", "night", "core", "free", "visits"] {
        for policy in ["p0", "strict", "lax"] {
            let person = format!(
                "persons = [{{ id = \"P1\", sites = [\"HQ\", \"B1\"], policy = \"{policy}\", zone = \"Europe/Berlin\" }}]\n\
                 patterns = [{{ id = \"all\", week = {{ mon-sun = \"{shift}\" }}, calendar = false }}]\n\
                 rosters = [{{ person = \"P1\", pattern = \"all\" }}]"
            );
            let (written, problems) = definitions(&[base(), SHIFTS.to_owned(), person]);
            let resolved = resolve(&written, &HashMap::new());
            assert_eq!(
                (problems, resolved.problems),
                (Vec::new(), Vec::new()),
                "{shift} {policy}"
            );
            rosters.push(resolved.roster);
        }
    }
    rosters
}

fn spans(random: &mut StdRng, around: Span, most: u32) -> Vec<Span> {
    let hours = 8 * 3600;
    (0..random.random_range(0..=most))
        .map(|_| {
            let from = random.random_range(around.from - hours..around.to + hours);
            Span::new(from, from + random.random_range(1..hours))
        })
        .collect()
}

fn facts(random: &mut StdRng, roster: &Roster, person: &Person, around: Span) -> Facts {
    let mut facts = Facts::default();
    for (number, span) in spans(random, around, 4).into_iter().enumerate() {
        let outside = random.random_bool(0.3);
        facts.add_presence(Presence {
            id: format!("o{number}").into(),
            site: (!outside).then(|| random.random_range(0..5)),
            span,
            distance_m: random.random_range(0.0..5_000.0),
            unknown_before: random.random_bool(0.3),
            unknown_after: random.random_bool(0.3),
            coarse: random.random_bool(0.2),
        });
    }
    for (number, span) in spans(random, around, 4).into_iter().enumerate() {
        facts.add_punch(Punch {
            id: format!("p{number}").into(),
            at: span.from,
            kind: [PunchKind::Unspecified, PunchKind::In, PunchKind::Out][random.random_range(0..3)],
            place: match random.random_range(0..4) {
                0 => PunchPlace::Site(random.random_range(0..5)),
                1 => PunchPlace::Distance(random.random_range(0.0..3_000.0)),
                2 => PunchPlace::Phone(CENTRE, 40.0),
                _ => PunchPlace::Terminal,
            },
            mock: random.random_bool(0.05),
        });
    }
    for span in spans(random, around, 3) {
        let (metres, accuracy_m) = (
            random.random_range(0.0..3_000.0),
            random.random_range(5.0..1_500.0),
        );
        let device = random.random_range(0..2);
        let point = distance::destination(CENTRE, random.random_range(0.0..360.0), metres);
        let step = random.random_range(60..1_800);
        let mut at = span.from;
        while at < span.to {
            let fix = Fix {
                at,
                device,
                point,
                accuracy_m,
                mock: random.random_bool(0.02),
            };
            facts.add_fix(fix, roster, person);
            at += step;
        }
    }
    facts
}

fn approvals(random: &mut StdRng, around: Span) -> Vec<Approval> {
    let kinds = [
        ApprovalKind::Leave,
        ApprovalKind::Trip,
        ApprovalKind::Outing,
        ApprovalKind::Overtime,
    ];
    let mut approvals: Vec<Approval> = spans(random, around, 3)
        .into_iter()
        .enumerate()
        .map(|(number, span)| Approval {
            id: format!("a{number}").into(),
            kind: kinds[random.random_range(0..4)],
            type_: if random.random_bool(0.2) { "in-lieu" } else { "" }.into(),
            from: span.from,
            until: span.to,
            known_at: i64::MIN,
            zone: None,
            break_min: random.random_range(0..60),
            time_off: random.random_bool(0.5),
            visits: Vec::new(),
        })
        .collect();
    approvals.sort_by_key(|approval| approval.from);
    approvals
}

#[test]
fn labels_sum_to_the_scheduled_minutes_in_random_days() {
    let rosters = rosters();
    let first: Date = "2026-03-01".parse().expect("a day");
    for seed in 0..cases() {
        let mut random = StdRng::seed_from_u64(seed);
        let roster = &rosters[random.random_range(0..rosters.len())];
        let day = first.saturating_add(jiff::Span::new().days(random.random_range(0..270)));
        let mut person = roster.people["P1"].clone();
        let plain = instance(roster, &person, day, 0).expect("a shift");
        person.approvals = approvals(&mut random, plain.span);
        let instance = instance(roster, &person, day, 0).expect("a shift");
        let facts = facts(&mut random, roster, &person, instance.span);
        let now = random.random_range(instance.window.from..instance.window.to + 86_400);
        let closed = now > instance.window.to && random.random_bool(0.5);
        let case = Case {
            roster,
            person: &person,
            facts: &facts,
            instance: &instance,
            window: instance.window,
            now,
            closed,
        };
        let record = judge(case, &mut Carry::default());
        let sum = record.labels.as_ref().map_or(0, total);
        assert_eq!(
            sum + record.pending,
            record.scheduled,
            "CASES up to {seed}: {record:?}"
        );
        let segments: i64 = record
            .segments
            .iter()
            .map(|part| match (&part.from, &part.until) {
                (Some(from), Some(until)) => until.seconds - from.seconds,
                _ => panic!("case {seed}: a segment without an end"),
            })
            .sum();
        let disjoint = record.segments.windows(2).all(|pair| {
            let until = pair[0].until.map(|at| at.seconds);
            until <= pair[1].from.map(|at| at.seconds)
        });
        assert!(segments >= 0 && disjoint, "case {seed}: {record:?}");
    }
}
