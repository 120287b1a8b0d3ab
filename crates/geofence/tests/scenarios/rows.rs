//! One scenario each: fences, fixes in their order of arrival, and exactly what must come of it.

use events::fence::v1 as proto;
use geofence::engine::{Edit, FenceSet, Fix, Kind, Taken};
use spatial::{Datum, Point, distance};

use crate::shuffled::{Dice, in_any_order, in_any_order_among};
use crate::world::{
    MONDAY, PLACE, RETENTION_MS, World, area, at, away, circle, fix, point, ring, square, stay, with_rules,
};

/// Random orders of each scenario.
const ORDERS: u64 = 40;

/// Plays a scenario in every order and compares the summary.
fn check(fences: &[proto::Fence], fixes: &[Fix], expected: &[&str]) -> Vec<proto::FenceEvent> {
    let until = fixes.iter().map(|fix| fix.time).max().unwrap();
    let remaining = in_any_order(fences, fixes, until, ORDERS);
    let summary: Vec<String> = remaining.iter().map(ToString::to_string).collect();
    assert_eq!(summary, expected);
    remaining.into_iter().map(|remaining| remaining.event).collect()
}

fn yard() -> proto::Fence {
    area("yard", vec![vec![square(0.0, 0.0, 100.0)]])
}

fn seconds(at: Option<&events::Timestamp>) -> i64 {
    at.unwrap().seconds - MONDAY / 1000
}

#[test]
fn gf1_outside_inside_outside() {
    let fixes = [
        fix(at(8, 0, 0), point(500.0, 0.0), 5.0),
        fix(at(8, 1, 0), point(20.0, 0.0), 5.0),
        fix(at(8, 2, 0), point(10.0, 0.0), 5.0),
        fix(at(8, 3, 0), point(400.0, 0.0), 5.0),
        fix(at(8, 4, 0), point(900.0, 0.0), 5.0),
        fix(at(8, 5, 0), point(1400.0, 0.0), 5.0),
    ];
    let found = check(&[yard()], &fixes, &["enter yard 08:01:00", "exit yard 08:03:00"]);
    assert!(!found[0].initial);
    assert_eq!(seconds(found[0].not_before.as_ref()), 8 * 3600);
    assert_eq!(seconds(found[1].confirmed_at.as_ref()), 8 * 3600 + 240);
    assert_eq!(found[1].inside_s, Some(120.0));
}

#[test]
fn gf2_first_fix_ever_is_inside() {
    let found = check(
        &[yard()],
        &[fix(at(8, 0, 0), PLACE, 5.0)],
        &["enter yard 08:00:00"],
    );
    assert!(found[0].initial);
}

#[test]
fn gf3_solid_hole_solid() {
    let fence = area(
        "ring",
        vec![vec![square(0.0, 0.0, 300.0), square(0.0, 0.0, 100.0)]],
    );
    let mut fixes = stay(at(8, 0, 0), at(8, 2, 0), 30, point(200.0, 0.0), 5.0);
    fixes.extend(stay(at(8, 3, 0), at(8, 5, 0), 30, PLACE, 5.0));
    fixes.extend(stay(at(8, 6, 0), at(8, 8, 0), 30, point(-200.0, 0.0), 5.0));
    check(
        &[fence],
        &fixes,
        &["enter ring 08:00:00", "exit ring 08:03:00", "enter ring 08:06:00"],
    );
}

#[test]
fn gf4_edge_and_vertex_are_inside() {
    let corners = [(116.25, 39.5), (116.75, 39.5), (116.75, 40.0), (116.25, 40.0)]
        .map(|(longitude, latitude)| Point { latitude, longitude });
    let fence = area("county", vec![vec![ring(&corners)]]);
    let on_edges = [(116.4, 39.5), (116.75, 39.7), (116.4, 40.0), (116.25, 39.7)]
        .map(|(longitude, latitude)| Point { latitude, longitude });
    for place in corners.into_iter().chain(on_edges) {
        check(
            std::slice::from_ref(&fence),
            &[fix(at(8, 0, 0), place, 0.0)],
            &["enter county 08:00:00"],
        );
    }
}

#[test]
fn gf5_a_ring_across_the_antimeridian() {
    let corners = [(179.0, -1.0), (-179.0, -1.0), (-179.0, 1.0), (179.0, 1.0)]
        .map(|(longitude, latitude)| Point { latitude, longitude });
    let fence = area("fiji", vec![vec![ring(&corners)]]);
    let place = |longitude| Point {
        latitude: 0.5,
        longitude,
    };
    let fixes = [
        fix(at(8, 0, 0), place(179.5), 5.0),
        fix(at(8, 10, 0), place(-179.5), 5.0),
        fix(at(9, 0, 0), place(0.0), 5.0),
    ];
    check(&[fence], &fixes, &["enter fiji 08:00:00", "exit fiji 09:00:00"]);
}

#[test]
fn gf6_a_circle_at_the_antimeridian() {
    let centre = Point {
        latitude: 10.0,
        longitude: 179.999,
    };
    let fence = circle("buoy", centre, 1_000.0);
    for azimuth in [0.0, 45.0, 90.0, 135.0, 180.0, 270.0] {
        let inside = distance::destination(centre, azimuth, 999.0);
        let outside = distance::destination(centre, azimuth, 1_001.0);
        check(
            std::slice::from_ref(&fence),
            &[fix(at(8, 0, 0), inside, 0.0)],
            &["enter buoy 08:00:00"],
        );
        check(
            std::slice::from_ref(&fence),
            &[fix(at(8, 0, 0), outside, 0.0)],
            &[],
        );
    }
}

#[test]
fn gf7_round_the_pole_is_refused_with_a_sentence() {
    let corner = |(longitude, latitude)| Point { latitude, longitude };
    // As a line round the pole, and as a rectangle of the map up to it.
    let circle = [(0.0, 85.0), (90.0, 85.0), (180.0, 85.0), (-90.0, 85.0)].map(corner);
    let rectangle = [(-60.0, 85.0), (60.0, 85.0), (60.0, 90.0), (-60.0, 90.0)].map(corner);
    for (corners, sentence) in [
        (
            circle,
            "fence \"arctic\": vertex 0: the ring goes round the pole or round the whole earth: split it into parts \
             narrower than 180 degrees that do not hold the pole",
        ),
        (
            rectangle,
            "fence \"arctic\": vertex 2: latitude 90.0000 is beyond 89: shapes that reach a pole are not supported, keep \
             within 89 degrees; vertex 3: latitude 90.0000 is beyond 89: shapes that reach a pole are not supported, keep \
             within 89 degrees",
        ),
    ] {
        let mut world = World::new(&[]);
        let arctic = area("arctic", vec![vec![ring(&corners)]]);
        let error = world.fences.define(&arctic, MONDAY).unwrap_err();
        assert_eq!(error.to_string(), sentence);
        assert!(world.fences.is_empty());
        world
            .observe(fix(at(8, 0, 0), corner((10.0, 87.0)), 5.0))
            .unwrap();
        assert_eq!(world.changes, []);
    }
}

#[test]
fn gf8_a_metre_inside_and_a_metre_outside_a_circle() {
    for latitude in [0.0, 40.0, 60.0] {
        let centre = Point {
            latitude,
            longitude: 116.0,
        };
        let fence = circle("site", centre, 500.0);
        for azimuth in [0.0, 90.0, 180.0, 270.0] {
            let place = |metres| fix(at(8, 0, 0), distance::destination(centre, azimuth, metres), 0.0);
            check(
                std::slice::from_ref(&fence),
                &[place(499.0)],
                &["enter site 08:00:00"],
            );
            check(std::slice::from_ref(&fence), &[place(501.0)], &[]);
        }
    }
}

#[test]
fn gf9_two_yards_are_one_fence() {
    let fence = area(
        "yards",
        vec![vec![square(0.0, 0.0, 100.0)], vec![square(1_000.0, 0.0, 100.0)]],
    );
    let mut fixes = stay(at(8, 0, 0), at(8, 5, 0), 60, PLACE, 5.0);
    fixes.extend(stay(at(8, 6, 0), at(8, 9, 0), 60, point(500.0, 0.0), 5.0));
    fixes.extend(stay(at(8, 10, 0), at(8, 12, 0), 60, point(1_000.0, 0.0), 5.0));
    check(
        &[fence],
        &fixes,
        &[
            "enter yards 08:00:00",
            "exit yards 08:06:00",
            "enter yards 08:10:00",
        ],
    );
}

#[test]
fn gf10_of_nested_fences_the_inner_is_left_first() {
    let fences = [circle("a-outer", PLACE, 500.0), circle("z-inner", PLACE, 100.0)];
    let fixes = [
        fix(at(8, 0, 0), point(900.0, 0.0), 5.0),
        fix(at(8, 1, 0), PLACE, 5.0),
        fix(at(8, 2, 0), PLACE, 5.0),
        fix(at(8, 3, 0), point(900.0, 0.0), 5.0),
        fix(at(8, 5, 0), point(2_000.0, 0.0), 5.0),
    ];
    check(
        &fences,
        &fixes,
        &[
            "enter a-outer 08:01:00",
            "enter z-inner 08:01:00",
            "exit a-outer 08:03:00",
            "exit z-inner 08:03:00",
        ],
    );
    let mut world = World::new(&fences);
    for fix in fixes {
        world.observe(fix).unwrap();
    }
    let order: Vec<_> = world
        .changes
        .iter()
        .map(|change| {
            (
                change.transition.kind,
                world.fences.name_of(change.transition.fence).unwrap().0,
            )
        })
        .collect();
    assert_eq!(
        order,
        [
            (Kind::Enter, "a-outer"),
            (Kind::Enter, "z-inner"),
            (Kind::Exit, "z-inner"),
            (Kind::Exit, "a-outer")
        ]
    );
}

#[test]
fn gf11_a_parked_phone_with_made_noise_does_not_leave() {
    // Beside the noise of real phones, which is not in the repository (`traces.rs`). As phones have it: mostly some metres, now and then tens of metres with an accuracy that says so.
    let mut dice = Dice::new(11);
    let fixes: Vec<Fix> = (0..24 * 60)
        .map(|minute| {
            let accuracy = match dice.below(100) {
                0..=79 => 8.0,
                80..=95 => 30.0,
                _ => 150.0,
            };
            let (angle, radius) = (
                dice.unit() * 360.0,
                accuracy * (-dice.unit().max(1e-9).ln()).sqrt(),
            );
            fix(at(0, minute, 0), away(angle, radius), accuracy as f32)
        })
        .collect();
    let until = fixes.last().unwrap().time;
    let found = in_any_order(&[circle("home", PLACE, 50.0)], &fixes, until, 3);
    let summary: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(summary.len(), 1, "{summary:?}");
    assert!(summary[0].starts_with("enter home 00:0"), "{summary:?}");
}

#[test]
fn gf12_one_coarse_fix_off_is_no_exit() {
    let mut fixes = stay(at(8, 0, 0), at(8, 10, 0), 60, PLACE, 8.0);
    fixes.push(fix(at(8, 11, 0), away(90.0, 180.0), 150.0));
    fixes.extend(stay(at(8, 12, 0), at(8, 20, 0), 60, PLACE, 8.0));
    check(&[circle("home", PLACE, 50.0)], &fixes, &["enter home 08:00:00"]);
}

#[test]
fn gf13_driving_away_is_an_exit_within_a_minute_and_a_report() {
    let mut fixes = stay(at(8, 0, 0), at(8, 5, 0), 10, PLACE, 8.0);
    fixes.extend((1..=20).map(|n| fix(at(8, 5, n * 10), away(45.0, 120.0 * n as f64), 8.0)));
    let found = check(
        &[circle("home", PLACE, 50.0)],
        &fixes,
        &["enter home 08:00:00", "exit home 08:05:10"],
    );
    assert!(seconds(found[1].confirmed_at.as_ref()) <= 8 * 3600 + 310 + 70);
}

#[test]
fn gf14_a_tower_fix_in_a_small_fence_is_uncertain() {
    let found = check(
        &[circle("office", PLACE, 200.0)],
        &stay(at(8, 0, 0), at(8, 30, 0), 60, PLACE, 500.0),
        &["uncertain office 08:00:00"],
    );
    assert!(
        (found[0].probability - 0.167).abs() < 0.005,
        "{}",
        found[0].probability
    );
}

#[test]
fn gf15_a_tower_fix_in_a_large_fence_enters_with_low_confidence() {
    let found = check(
        &[circle("works", PLACE, 800.0)],
        &[fix(at(8, 0, 0), PLACE, 500.0)],
        &["enter works 08:00:00"],
    );
    assert_eq!(found[0].confidence(), proto::Confidence::Low);
    assert!(
        (found[0].probability - 0.946).abs() < 0.01,
        "{}",
        found[0].probability
    );
}

#[test]
fn gf16_a_corridor_has_half_its_width_on_each_side() {
    let mut coordinates = Vec::new();
    for east in [-2_000.0, 0.0, 2_000.0] {
        let vertex = point(east, 0.0);
        coordinates.extend([vertex.longitude, vertex.latitude]);
    }
    let road = |width_m| proto::Fence {
        id: "road".into(),
        shape: Some(proto::fence::Shape::Corridor(proto::Corridor {
            coordinates: coordinates.clone(),
            width_m,
        })),
        ..Default::default()
    };
    let drive = |north: f64| -> Vec<Fix> {
        (0..10)
            .map(|n| fix(at(8, 0, n * 10), point(-900.0 + 200.0 * n as f64, north), 5.0))
            .collect()
    };
    check(&[road(100.0)], &drive(0.0), &["enter road 08:00:00"]);
    check(&[road(100.0)], &drive(30.0), &["enter road 08:00:00"]);
    check(&[road(50.0)], &drive(30.0), &[]);
    check(&[road(100.0)], &drive(60.0), &[]);
}

#[test]
fn gf17_a_small_fence_between_two_fixes_is_crossed() {
    let fence = area("toll", vec![vec![square(0.0, 0.0, 30.0)]]);
    let fixes = [
        fix(at(8, 0, 0), point(-330.0, 0.0), 5.0),
        fix(at(8, 0, 10), point(330.0, 0.0), 5.0),
    ];
    let found = check(&[fence], &fixes, &["cross toll 08:00:04"]);
    assert!(found[0].inferred);
    let entry = found[0].event_time.as_ref().unwrap();
    let left = found[0].left_at.as_ref().unwrap();
    assert_eq!(
        (entry.seconds - MONDAY / 1000, entry.nanos / 1_000_000),
        (8 * 3600 + 4, 545)
    );
    assert_eq!(
        (left.seconds - MONDAY / 1000, left.nanos / 1_000_000),
        (8 * 3600 + 5, 455)
    );
}

#[test]
fn gf18_too_long_between_two_fixes_is_no_crossing() {
    let fence = area("toll", vec![vec![square(0.0, 0.0, 30.0)]]);
    let fixes = [
        fix(at(8, 0, 0), point(-330.0, 0.0), 5.0),
        fix(at(8, 20, 0), point(330.0, 0.0), 5.0),
    ];
    check(&[fence], &fixes, &[]);
}

#[test]
fn gf19_a_late_fix_inside_changes_nothing() {
    let fixes = [
        fix(at(8, 0, 0), PLACE, 5.0),
        fix(at(8, 20, 0), point(900.0, 0.0), 5.0),
        fix(at(8, 10, 0), PLACE, 5.0),
    ];
    check(&[yard()], &fixes, &["enter yard 08:00:00", "exit yard 08:20:00"]);
    // Also when the exit has been told before the late fix comes: it is neither moved nor doubled. What is new is that the
    // device was seen inside later.
    let mut world = World::new(&[yard()]);
    for fix in &fixes[..2] {
        world.observe(*fix).unwrap();
    }
    world.advance(at(8, 25, 0));
    let told = world.changes.clone();
    assert_eq!(
        told.iter()
            .map(|change| (
                change.transition.kind,
                change.transition.event_time,
                change.revision
            ))
            .collect::<Vec<_>>(),
        [(Kind::Enter, at(8, 0, 0), 1), (Kind::Exit, at(8, 20, 0), 1)]
    );
    assert_eq!(world.observe_at(fixes[2], at(8, 30, 0)), Ok(Taken::Late));
    world.finish(at(9, 0, 0));
    let exit = &told[1];
    let [.., again] = &world.changes[..] else { panic!() };
    assert_eq!(world.changes.len(), 3);
    assert_eq!(
        (again.event_id, again.revision, again.withdrawn, again.retracts),
        (exit.event_id, 2, false, None)
    );
    assert_eq!(again.transition.event_time, at(8, 20, 0));
    assert_eq!(
        (exit.transition.not_before, again.transition.not_before),
        (Some(at(8, 0, 0)), Some(at(8, 10, 0)))
    );
}

#[test]
fn gf20_late_fixes_inside_are_found_afterwards_and_marked() {
    let fixes = [
        fix(at(8, 0, 0), point(900.0, 0.0), 5.0),
        fix(at(8, 40, 0), point(900.0, 0.0), 5.0),
        fix(at(8, 10, 0), PLACE, 5.0),
        fix(at(8, 20, 0), PLACE, 5.0),
    ];
    check(&[yard()], &fixes, &["enter yard 08:10:00", "exit yard 08:40:00"]);
    // The late ones come when the others have long been judged: nobody is to be woken for what they tell.
    let mut world = World::new(&[yard()]);
    for fix in &fixes[..2] {
        world.observe(*fix).unwrap();
    }
    world.advance(at(8, 50, 0));
    assert_eq!(world.changes, []);
    for fix in &fixes[2..] {
        assert_eq!(world.observe_at(*fix, at(8, 55, 0)), Ok(Taken::Late));
    }
    world.advance(at(9, 0, 0));
    let told: Vec<_> = world
        .changes
        .iter()
        .map(|change| {
            (
                change.transition.kind,
                change.transition.event_time,
                change.late,
                change.observed_at,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Kind::Enter, at(8, 10, 0), true, at(8, 55, 0)),
            (Kind::Exit, at(8, 40, 0), true, at(8, 55, 0))
        ]
    );
}

#[test]
fn gf21_an_exit_that_came_too_early_is_moved() {
    let fixes = [
        fix(at(8, 0, 0), PLACE, 5.0),
        fix(at(8, 10, 0), point(900.0, 0.0), 5.0),
        fix(at(8, 10, 50), point(900.0, 0.0), 5.0),
        fix(at(8, 11, 10), point(900.0, 0.0), 5.0),
        fix(at(8, 12, 30), point(900.0, 0.0), 5.0),
        fix(at(8, 10, 40), PLACE, 5.0),
    ];
    check(&[yard()], &fixes, &["enter yard 08:00:00", "exit yard 08:10:50"]);
    let mut world = World::new(&[yard()]);
    for fix in fixes {
        world.observe(fix).unwrap();
    }
    let exits: Vec<_> = world
        .changes
        .iter()
        .filter(|change| change.transition.kind == Kind::Exit)
        .map(|change| {
            (
                change.transition.event_time,
                change.revision,
                change.withdrawn,
                change.retracts,
            )
        })
        .collect();
    let first = world
        .changes
        .iter()
        .find(|change| change.transition.kind == Kind::Exit)
        .unwrap()
        .event_id;
    assert_eq!(
        exits,
        [
            (at(8, 10, 0), 1, false, None),
            (at(8, 10, 0), 2, true, Some(first)),
            (at(8, 10, 50), 2, false, Some(first)),
        ]
    );
}

#[test]
fn gf22_every_message_three_times() {
    let once = [
        fix(at(8, 0, 0), point(900.0, 0.0), 5.0),
        fix(at(8, 10, 0), PLACE, 5.0),
        fix(at(8, 20, 0), point(900.0, 0.0), 5.0),
        fix(at(8, 22, 0), point(900.0, 0.0), 5.0),
    ];
    let mut world = World::new(&[yard()]);
    for fix in once.iter().flat_map(|fix| [*fix; 3]) {
        world.observe(fix).unwrap();
    }
    assert_eq!(world.changes.len(), 2);
    assert!(world.changes.iter().all(|change| change.revision == 1));
    check(&[yard()], &once, &["enter yard 08:10:00", "exit yard 08:20:00"]);
}

#[test]
fn gf23_dwell_is_told_once_and_at_its_time() {
    let fence = with_rules(
        yard(),
        proto::Rules {
            dwell_s: Some(600.0),
            ..Default::default()
        },
    );
    let visit = |minutes: i64| -> Vec<Fix> {
        let mut fixes = stay(at(8, 0, 0), at(8, minutes, 0), 60, PLACE, 5.0);
        fixes.extend(stay(
            at(8, minutes + 1, 0),
            at(8, minutes + 3, 0),
            60,
            point(900.0, 0.0),
            5.0,
        ));
        fixes
    };
    check(
        std::slice::from_ref(&fence),
        &visit(8),
        &["enter yard 08:00:00", "exit yard 08:09:00"],
    );
    check(
        &[fence],
        &visit(12),
        &["enter yard 08:00:00", "dwell yard 08:10:00", "exit yard 08:13:00"],
    );
}

#[test]
fn gf24_the_state_is_told_when_the_schedule_begins() {
    let schedule = proto::Schedule {
        time_zone: "Asia/Shanghai".into(),
        windows: vec![proto::Window {
            days: (1..=5).collect(),
            start: "08:00".into(),
            end: "18:00".into(),
        }],
    };
    let fence = with_rules(
        yard(),
        proto::Rules {
            schedule: Some(schedule),
            ..Default::default()
        },
    );
    // Shanghai is eight hours ahead: 07:00 on Monday is 23:00 on Sunday.
    let fixes = stay(at(-1, 0, 0), at(3, 0, 0), 60, PLACE, 5.0);
    check(&[fence], &fixes, &["inside yard 00:00:00"]);
}

/// The yard in a world where it is moved away at 09:00:30 and has that version from then on.
fn yard_moved_to(version: u32) -> World {
    let mut moved = area("yard", vec![vec![square(5_000.0, 0.0, 100.0)]]);
    moved.version = version;
    let mut world = World::new(&[proto::Fence { version: 1, ..yard() }]);
    assert_eq!(world.fences.define(&moved, at(9, 0, 30)), Ok(Edit::Changed));
    world
}

#[test]
fn gf25_a_fence_moved_away_is_an_exit_with_its_reason() {
    let mut moved = yard();
    moved.version = 2;
    moved.shape = area("yard", vec![vec![square(5_000.0, 0.0, 100.0)]]).shape;
    let mut first = yard();
    first.version = 1;
    let mut world = World::new(&[first]);
    for fix in stay(at(8, 0, 0), at(9, 0, 0), 60, PLACE, 5.0) {
        world.observe(fix).unwrap();
    }
    assert_eq!(world.fences.define(&moved, at(9, 0, 30)), Ok(Edit::Changed));
    world.advance(at(9, 0, 31));
    assert_eq!(world.summary(), ["enter yard 08:00:00", "exit yard 09:00:30"]);
    let exit = world.remaining().pop().unwrap().event;
    assert_eq!(
        (exit.reason(), exit.fence_version),
        (proto::Reason::FenceChange, 2)
    );
    // Fixes of before the edit that come late are judged by what held then.
    world
        .observe_at(fix(at(8, 59, 30), PLACE, 5.0), at(9, 5, 0))
        .unwrap();
    world
        .observe_at(fix(at(9, 10, 0), PLACE, 5.0), at(9, 10, 0))
        .unwrap();
    assert_eq!(world.summary(), ["enter yard 08:00:00", "exit yard 09:00:30"]);
}

#[test]
fn gf25_the_version_of_the_fence_is_part_of_the_id_of_the_event() {
    let fixes = [
        fix(at(8, 0, 0), PLACE, 5.0),
        fix(at(8, 30, 0), PLACE, 5.0),
        fix(at(9, 0, 0), PLACE, 5.0),
        fix(at(9, 10, 0), PLACE, 5.0),
    ];
    let events = |version| -> [proto::FenceEvent; 2] {
        let remaining = in_any_order_among(|| yard_moved_to(version), &fixes, at(9, 10, 0), ORDERS);
        let summary: Vec<String> = remaining.iter().map(ToString::to_string).collect();
        assert_eq!(summary, ["enter yard 08:00:00", "exit yard 09:00:30"]);
        let events: Vec<_> = remaining.into_iter().map(|remaining| remaining.event).collect();
        events.try_into().unwrap()
    };
    let ([enter, exit], [same_enter, other_exit]) = (events(2), events(3));
    assert_eq!((exit.fence_version, other_exit.fence_version), (2, 3));
    // Nothing else is different in what happened.
    assert_eq!(
        (exit.event_time, exit.kind, exit.reason()),
        (other_exit.event_time, other_exit.kind, proto::Reason::FenceChange)
    );
    assert_ne!(exit.event_id, other_exit.event_id);
    assert_eq!(enter, same_enter);
    assert_eq!(enter.fence_version, 1);
}

#[test]
fn gf26_a_deleted_fence_leaves_no_ghost() {
    let mut world = World::new(&[yard()]);
    for fix in stay(at(8, 0, 0), at(9, 0, 0), 60, PLACE, 5.0) {
        world.observe(fix).unwrap();
    }
    assert_eq!(world.fences.delete("yard", at(9, 0, 30)), Edit::Deleted);
    world.advance(at(9, 1, 0));
    assert_eq!(world.track.inside().count(), 0);
    let leaving = stay(at(9, 5, 0), at(9, 10, 0), 60, point(900.0, 0.0), 5.0);
    for fix in &leaving {
        world.observe(*fix).unwrap();
    }
    world.finish(at(20, 0, 0));
    assert_eq!(world.summary(), ["enter yard 08:00:00"]);

    let mut fixes = stay(at(8, 0, 0), at(9, 0, 0), 600, PLACE, 5.0);
    fixes.extend(leaving);
    let deleted = || {
        let mut world = World::new(&[yard()]);
        world.fences.delete("yard", at(9, 0, 30));
        world
    };
    let remaining = in_any_order_among(deleted, &fixes, at(20, 0, 0), ORDERS);
    assert_eq!(remaining.len(), 1, "{remaining:?}");
    assert_eq!(remaining[0].to_string(), "enter yard 08:00:00");
}

/// The yard for those who work at night, in a world with these bindings of the device.
fn night_yard(bindings: &[events::binding::v1::Binding]) -> World {
    let mut fence = yard();
    fence.scope = Some(proto::Scope {
        groups: vec!["night".into()],
        ..Default::default()
    });
    let mut world = World::new(&[fence]);
    for binding in bindings {
        world.members.bind(binding).unwrap();
    }
    world
}

fn binding(id: &str, from: &str, until: &str, group: &str) -> events::binding::v1::Binding {
    events::binding::v1::Binding {
        id: id.into(),
        device: "D1".into(),
        from: from.into(),
        until: until.into(),
        groups: vec![group.into()],
        ..Default::default()
    }
}

#[test]
fn gf26_a_device_bound_elsewhere_leaves_no_ghost() {
    let nine = "2026-03-02T09:00:00Z";
    let bindings = [binding("1", "", nine, "night"), binding("2", nine, "", "day")];
    let mut world = night_yard(&bindings);
    let mut fixes = stay(at(8, 0, 0), at(9, 30, 0), 60, PLACE, 5.0);
    for fix in &fixes {
        world.observe(*fix).unwrap();
    }
    assert_eq!(world.track.inside().count(), 0);
    let leaving = stay(at(9, 31, 0), at(9, 40, 0), 60, point(900.0, 0.0), 5.0);
    for fix in &leaving {
        world.observe(*fix).unwrap();
    }
    world.finish(at(20, 0, 0));
    assert_eq!(world.summary(), ["enter yard 08:00:00"]);

    fixes.extend(leaving);
    let remaining = in_any_order_among(|| night_yard(&bindings), &fixes, at(20, 0, 0), 3);
    assert_eq!(remaining.len(), 1, "{remaining:?}");
    assert_eq!(remaining[0].to_string(), "enter yard 08:00:00");
}

#[test]
fn gf26_a_removed_device_leaves_no_ghost() {
    let mut world = night_yard(&[binding("1", "", "", "night")]);
    for fix in stay(at(8, 0, 0), at(9, 0, 0), 60, PLACE, 5.0) {
        world.observe(fix).unwrap();
    }
    assert_eq!(world.track.inside().count(), 1);
    world.members.unbind("1");
    // With the next thing that is due, or with the next fix, whichever comes first: it is in no fence any more.
    world.advance(at(9, 1, 0));
    assert_eq!(world.track.inside().count(), 0);
    for fix in stay(at(9, 5, 0), at(9, 10, 0), 60, point(900.0, 0.0), 5.0) {
        world.observe(fix).unwrap();
    }
    world.finish(at(20, 0, 0));
    assert_eq!(world.summary(), ["enter yard 08:00:00"]);

    let mut world = night_yard(&[binding("1", "", "", "night")]);
    world.observe(fix(at(8, 0, 0), PLACE, 5.0)).unwrap();
    world.members.unbind("1");
    world.observe(fix(at(8, 10, 0), point(900.0, 0.0), 5.0)).unwrap();
    assert_eq!(world.track.inside().count(), 0);
    world.finish(at(20, 0, 0));
    assert_eq!(world.summary(), ["enter yard 08:00:00"]);
}

#[test]
fn gf27_a_fence_drawn_on_a_shifted_map_is_moved_back() {
    let gate = PLACE;
    let drawn = Datum::Gcj02.from_wgs84(gate);
    let mut fence = circle("gate", drawn, 50.0);
    check(std::slice::from_ref(&fence), &[fix(at(8, 0, 0), gate, 5.0)], &[]);
    fence.datum = proto::Datum::Gcj02.into();
    check(&[fence], &[fix(at(8, 0, 0), gate, 5.0)], &["enter gate 08:00:00"]);
}

#[test]
fn gf28_three_of_a_million_fences_are_entered_in_the_order_of_their_ids() {
    // A thousand rows of a thousand around the place, with lanes between them, and three that overlap.
    let mut fences = FenceSet::new(RETENTION_MS);
    for number in 0..1_000_000_u32 {
        let (row, column) = (
            f64::from(number / 1_000) - 499.5,
            f64::from(number % 1_000) - 499.5,
        );
        let centre = Point {
            latitude: PLACE.latitude + row * 0.002,
            longitude: PLACE.longitude + column * 0.002,
        };
        let fence = circle(&format!("b-{number:06}"), centre, 20.0);
        assert_eq!(fences.preload(&fence, MONDAY), Ok(Edit::Added));
    }
    for id in ["c", "a", "b"] {
        fences.preload(&circle(id, PLACE, 80.0), MONDAY).unwrap();
    }
    fences.reindex();
    assert_eq!(fences.len(), 1_000_003);
    let mut world = World::among(fences);
    let fixes = [
        fix(at(8, 0, 0), point(900.0, 0.0), 5.0),
        fix(at(8, 1, 0), PLACE, 5.0),
    ];
    let told = |world: &World| -> Vec<String> {
        world
            .changes
            .iter()
            .map(|change| {
                let (fence, _) = world.fences.name_of(change.transition.fence).unwrap();
                format!("{} {fence}", change.transition.kind.name())
            })
            .collect()
    };
    world.observe(fixes[0]).unwrap();
    assert_eq!(world.changes, []);
    world.observe(fixes[1]).unwrap();
    assert_eq!(told(&world), ["enter a", "enter b", "enter c"]);
    assert_eq!(
        world.summary(),
        ["enter a 08:01:00", "enter b 08:01:00", "enter c 08:01:00"]
    );
    let in_order = world.remaining();

    // The other way round: the late fix says that nothing was known before, and what remains is the same.
    (world.track, world.changes) = Default::default();
    for fix in fixes.iter().rev() {
        world.observe(*fix).unwrap();
    }
    assert_eq!(world.remaining(), in_order);

    // One of the million, to show that they are there.
    (world.track, world.changes) = Default::default();
    let centre = Point {
        latitude: PLACE.latitude + 0.001,
        longitude: PLACE.longitude + 0.001,
    };
    world.observe(fix(at(8, 0, 0), centre, 5.0)).unwrap();
    assert_eq!(told(&world), ["enter b-500500"]);
}

#[test]
fn gf29_a_silent_device_is_stale_and_keeps_its_state() {
    let mut fixes = stay(at(8, 0, 0), at(8, 10, 0), 60, PLACE, 5.0);
    fixes.push(fix(at(16, 0, 0), point(900.0, 0.0), 5.0));
    fixes.push(fix(at(16, 5, 0), point(900.0, 0.0), 5.0));
    let found = check(
        &[yard()],
        &fixes,
        &["enter yard 08:00:00", "stale yard 14:10:00", "exit yard 16:00:00"],
    );
    assert_eq!(seconds(found[2].not_before.as_ref()), 8 * 3600 + 600);
    // Without any further fix the state is kept.
    let mut world = World::new(&[yard()]);
    for fix in stay(at(8, 0, 0), at(8, 10, 0), 60, PLACE, 5.0) {
        world.observe(fix).unwrap();
    }
    world.advance(at(20, 0, 0));
    assert_eq!(world.summary(), ["enter yard 08:00:00", "stale yard 14:10:00"]);
    assert_eq!(world.track.inside().count(), 1);
}
