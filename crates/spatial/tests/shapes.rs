//! Shapes as people draw them, good and bad: what is inside, and what is said about what cannot be used.

use spatial::{Datum, Outline, Point, Shape, distance};

fn point(latitude: f64, longitude: f64) -> Point {
    Point { latitude, longitude }
}

/// A ring from `longitude, latitude` pairs, as in GeoJSON.
fn ring(pairs: &[(f64, f64)]) -> Vec<Point> {
    pairs
        .iter()
        .map(|(longitude, latitude)| point(*latitude, *longitude))
        .collect()
}

fn square(west: f64, south: f64, east: f64, north: f64) -> Vec<Point> {
    ring(&[
        (west, south),
        (east, south),
        (east, north),
        (west, north),
        (west, south),
    ])
}

fn area(polygons: Vec<Vec<Vec<Point>>>) -> Shape {
    Shape::build(&Outline::Polygons(polygons), Datum::Wgs84).unwrap()
}

fn complaints(outline: &Outline) -> Vec<String> {
    Shape::build(outline, Datum::Wgs84)
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_hole_is_outside_and_its_border_inside() {
    let yard = area(vec![vec![square(0.0, 0.0, 4.0, 4.0), square(1.0, 1.0, 2.0, 2.0)]]);
    for (latitude, longitude, inside) in [
        (0.5, 0.5, true),
        (1.5, 1.5, false),
        (1.5, 1.0, true),
        (1.0, 1.0, true),
        (3.0, 3.0, true),
        (4.0, 4.0, true),
        (4.1, 4.0, false),
    ] {
        assert_eq!(
            yard.contains(point(latitude, longitude)),
            inside,
            "{latitude} {longitude}"
        );
    }
}

#[test]
fn a_ring_across_the_antimeridian_takes_the_short_way() {
    let crossing = area(vec![vec![ring(&[
        (179.0, -1.0),
        (-179.0, -1.0),
        (-179.0, 1.0),
        (179.0, 1.0),
        (179.0, -1.0),
    ])]]);
    let split = area(vec![
        vec![square(179.0, -1.0, 180.0, 1.0)],
        vec![square(-180.0, -1.0, -179.0, 1.0)],
    ]);
    for shape in [crossing, split] {
        for (longitude, inside) in [
            (179.5, true),
            (-179.5, true),
            (180.0, true),
            (-180.0, true),
            (0.0, false),
            (178.9, false),
            (-178.9, false),
        ] {
            assert_eq!(shape.contains(point(0.0, longitude)), inside, "{longitude}");
        }
        // The seam of two parts is no border.
        let relation = shape.relation(point(0.0, 179.9999), 50.0);
        assert!(
            relation.border_m > 100_000.0 && relation.probability > 0.999,
            "{relation:?}"
        );
    }
}

#[test]
fn circles_are_geodesic_in_all_directions() {
    for latitude in [0.0, 40.0, 60.0] {
        for longitude in [0.0, 179.999] {
            let centre = point(latitude, longitude);
            let circle = Shape::build(
                &Outline::Circle {
                    centre,
                    radius_m: 500.0,
                },
                Datum::Wgs84,
            )
            .unwrap();
            for azimuth in [0.0, 90.0, 180.0, 270.0, 33.0] {
                assert!(circle.contains(distance::destination(centre, azimuth, 499.0)));
                assert!(circle.contains(distance::destination(centre, azimuth, 500.0)));
                assert!(!circle.contains(distance::destination(centre, azimuth, 500.01)));
                assert!(!circle.contains(distance::destination(centre, azimuth, 501.0)));
            }
        }
    }
}

#[test]
fn a_corridor_reaches_half_its_width_on_both_sides() {
    let line = ring(&[(116.0, 40.0), (116.01, 40.0), (116.01, 40.01)]);
    let road = Shape::build(&Outline::Corridor { line, width_m: 100.0 }, Datum::Wgs84).unwrap();
    let on_the_road = point(40.0, 116.005);
    for (metres, inside) in [
        (0.0, true),
        (30.0, true),
        (49.99, true),
        (50.01, false),
        (80.0, false),
    ] {
        for azimuth in [0.0, 180.0] {
            let there = distance::destination(on_the_road, azimuth, metres);
            assert_eq!(road.contains(there), inside, "{metres} {azimuth}");
        }
    }
}

#[test]
fn floors_and_ceilings_limit_the_height() {
    let circle = Outline::Circle {
        centre: point(0.0, 0.0),
        radius_m: 100.0,
    };
    let shape = Shape::build(&circle, Datum::Wgs84)
        .unwrap()
        .between_heights(Some(10.0), Some(50.0))
        .unwrap();
    assert!(shape.admits_height(None) && shape.admits_height(Some(10.0)) && shape.admits_height(Some(50.0)));
    assert!(!shape.admits_height(Some(9.9)) && !shape.admits_height(Some(50.1)));
    let upside_down = Shape::build(&circle, Datum::Wgs84)
        .unwrap()
        .between_heights(Some(50.0), Some(10.0));
    assert_eq!(
        upside_down.unwrap_err().to_string(),
        "expected a floor below the ceiling, found floor 50 m and ceiling 10 m"
    );
}

#[test]
fn a_way_through_a_shape_says_where_it_was_in_it() {
    let centre = point(31.0, 121.0);
    let (west, east) = (
        distance::destination(centre, 270.0, 330.0),
        distance::destination(centre, 90.0, 330.0),
    );
    let frame = spatial::Frame::at(centre);
    let corner = |east: f64, north: f64| frame.to_point([east, north]);
    let square = vec![
        corner(-30.0, -30.0),
        corner(30.0, -30.0),
        corner(30.0, 30.0),
        corner(-30.0, 30.0),
        corner(-30.0, -30.0),
    ];
    for outline in [
        Outline::Polygons(vec![vec![square]]),
        Outline::Circle {
            centre,
            radius_m: 30.0,
        },
        Outline::Corridor {
            line: vec![corner(0.0, -100.0), corner(0.0, 100.0)],
            width_m: 60.0,
        },
    ] {
        let shape = Shape::build(&outline, Datum::Wgs84).unwrap();
        let (first, last) = shape.crossing(west, east).unwrap();
        assert!(
            (first - 300.0 / 660.0).abs() < 1e-3 && (last - 360.0 / 660.0).abs() < 1e-3,
            "{outline:?}: {first} {last}"
        );
        let north = distance::destination(west, 0.0, 500.0);
        assert_eq!(shape.crossing(west, north), None);
    }
}

#[test]
fn what_cannot_be_used_is_named_with_its_vertex() {
    let polygon = |rings: Vec<Vec<Point>>| Outline::Polygons(vec![rings]);
    let cases: Vec<(Outline, Vec<&str>)> = vec![
        (
            polygon(vec![ring(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)])]),
            vec!["vertex 2: the ring is open: repeat its first vertex at its end"],
        ),
        (
            polygon(vec![ring(&[
                (0.0, 0.0),
                (2.0, 2.0),
                (2.0, 0.0),
                (0.0, 2.0),
                (0.0, 0.0),
            ])]),
            vec![
                "the edge that begins at vertex 0 crosses the edge that begins at vertex 2: untangle the outline",
            ],
        ),
        (
            polygon(vec![ring(&[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (0.0, 0.0)])]),
            vec!["vertex 0: the ring has no area: its vertices lie on one line"],
        ),
        (
            // On one line as written, and not to the last bit.
            polygon(vec![ring(&[
                (116.0, 39.0),
                (116.1, 39.1),
                (116.2, 39.2),
                (116.0, 39.0),
            ])]),
            vec!["vertex 0: the ring has no area: its vertices lie on one line"],
        ),
        (
            polygon(vec![ring(&[(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)])]),
            vec!["vertex 0: expected at least 3 different vertices, found 2"],
        ),
        (
            polygon(vec![ring(&[(39.0, 116.0), (f64::NAN, 1.0), (39.0, 116.0)])]),
            vec![
                "vertex 0: latitude 116 is outside -90 to 90 and longitude 39 is not: latitude and longitude look swapped, exchange them",
                "vertex 1: expected two finite numbers, found latitude 1 and longitude NaN",
                "vertex 2: latitude 116 is outside -90 to 90 and longitude 39 is not: latitude and longitude look swapped, exchange them",
            ],
        ),
        (
            polygon(vec![ring(&[
                (0.0, 85.0),
                (90.0, 85.0),
                (180.0, 85.0),
                (-90.0, 85.0),
                (0.0, 85.0),
            ])]),
            vec![
                "vertex 0: the ring goes round the pole or round the whole earth: split it into parts narrower than 180 degrees that do not hold the pole",
            ],
        ),
        (
            polygon(vec![square(-180.0, 80.0, 180.0, 85.0)]),
            vec![
                "vertex 0: the ring goes round the pole or round the whole earth: split it into parts narrower than 180 degrees that do not hold the pole",
            ],
        ),
        (
            polygon(vec![ring(&[
                (0.0, 85.0),
                (90.0, 85.0),
                (90.0, 90.0),
                (0.0, 85.0),
            ])]),
            vec![
                "vertex 2: latitude 90.0000 is beyond 89: shapes that reach a pole are not supported, keep within 89 degrees",
            ],
        ),
        (
            polygon(vec![square(0.0, 0.0, 1.0, 1.0), square(2.0, 2.0, 3.0, 3.0)]),
            vec![
                "hole 1 vertex 0: the hole lies outside its polygon: move it inside or make it a polygon of its own",
            ],
        ),
        (
            Outline::Polygons(vec![
                vec![square(0.0, 0.0, 3.0, 3.0)],
                vec![square(1.0, 1.0, 2.0, 2.0)],
            ]),
            vec!["polygon 1 vertex 0: the polygon lies inside polygon 0: make it a hole or remove it"],
        ),
        (
            Outline::Circle {
                centre: point(88.999, 0.0),
                radius_m: 500.0,
            },
            vec![
                "vertex 0: latitude 89.0035 is beyond 89: shapes that reach a pole are not supported, keep within 89 degrees",
            ],
        ),
        (
            Outline::Circle {
                centre: point(0.0, 0.0),
                radius_m: f64::NAN,
            },
            vec!["expected a radius of 0.01 to 1000000 metres, found NaN"],
        ),
        (
            Outline::Corridor {
                line: vec![point(0.0, 0.0), point(0.0, 0.0)],
                width_m: -3.0,
            },
            vec![
                "expected a width of 0.02 to 2000000 metres, found -3",
                "vertex 0: expected at least 2 different vertices, found 1",
            ],
        ),
    ];
    for (outline, expected) in cases {
        assert_eq!(complaints(&outline), expected, "{outline:?}");
    }
}

#[test]
fn a_million_vertices_are_refused_before_any_work() {
    let points = (0..1_000_000).map(|n| point(f64::from(n) * 1e-6, 0.0)).collect();
    assert_eq!(
        complaints(&Outline::Polygons(vec![vec![points]])),
        [
            "expected at most 100000 vertices, found 1000000: simplify the shape or split it into several fences"
        ]
    );
}

#[test]
fn repeated_vertices_and_touching_rings_are_no_problem() {
    let doubled = area(vec![vec![ring(&[
        (0.0, 0.0),
        (0.0, 0.0),
        (2.0, 0.0),
        (2.0, 2.0),
        (2.0, 2.0),
        (0.0, 2.0),
        (0.0, 0.0),
    ])]]);
    assert!(doubled.contains(point(1.0, 1.0)));
    // Two squares that share a corner, and a hole that touches the outline.
    let touching = area(vec![
        vec![
            square(0.0, 0.0, 1.0, 1.0),
            ring(&[(0.0, 0.5), (0.5, 0.25), (0.5, 0.75), (0.0, 0.5)]),
        ],
        vec![square(1.0, 1.0, 2.0, 2.0)],
    ]);
    for (latitude, longitude, inside) in [
        (1.0, 1.0, true),
        (1.5, 1.5, true),
        (0.5, 0.3, false),
        (0.5, 0.0, true),
        (0.5, 1.5, false),
    ] {
        assert_eq!(
            touching.contains(point(latitude, longitude)),
            inside,
            "{latitude} {longitude}"
        );
    }
}
