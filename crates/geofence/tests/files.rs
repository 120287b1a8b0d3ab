//! Fence files: what is read, what is said about what is not.

use events::fence::v1 as proto;
use geofence::files::{FenceFile, to_feature};

fn problems(text: &str) -> Vec<String> {
    FenceFile::parse(text)
        .unwrap()
        .problems
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn properties_become_rules() {
    let text = r#"{"type":"FeatureCollection","features":[
      {"type":"Feature","geometry":{"type":"Point","coordinates":[121.4737,31.2304]},
       "properties":{"id":"hq","name":"Head office","radius_m":200,"p_in":0.8,"exit_dwell_s":90,"dwell_min":10,
         "schedule":"Mon-Fri 08:00-18:00","time_zone":"Asia/Shanghai","devices":["A1","A2"],"cross":false}},
      {"type":"Feature","id":7,"geometry":{"type":"LineString","coordinates":[[121.4,31.2],[121.5,31.2]]},
       "properties":{"width_m":"100","schedule":{"days":["Sat","Sun"],"start":"22:00","end":"06:00","timezone":"UTC"},
         "groups":"night, day","datum":"GCJ-02","stale_h":6}}]}"#;
    let file = FenceFile::parse(text).unwrap();
    assert_eq!(file.problems, []);
    let [office, road] = &file.fences[..] else {
        panic!("{file:?}")
    };
    assert_eq!((office.id.as_str(), office.name.as_str()), ("hq", "Head office"));
    let rules = office.rules.as_ref().unwrap();
    assert_eq!(
        (rules.p_in, rules.exit_dwell_s, rules.dwell_s, rules.cross),
        (Some(0.8), Some(90.0), Some(600.0), Some(false))
    );
    let schedule = rules.schedule.as_ref().unwrap();
    assert_eq!(
        (schedule.time_zone.as_str(), &schedule.windows[0].days),
        ("Asia/Shanghai", &vec![1, 2, 3, 4, 5])
    );
    assert_eq!(office.scope.as_ref().unwrap().devices, ["A1", "A2"]);
    assert_eq!((road.id.as_str(), road.datum()), ("7", proto::Datum::Gcj02));
    assert_eq!(road.scope.as_ref().unwrap().groups, ["night", "day"]);
    let rules = road.rules.as_ref().unwrap();
    assert_eq!(
        (
            rules.stale_s,
            rules.schedule.as_ref().unwrap().windows[0].days.clone()
        ),
        (Some(21_600.0), vec![6, 7])
    );
}

#[test]
fn what_is_exported_is_read_back() {
    let text = r#"{"type":"FeatureCollection","features":[
      {"type":"Feature","geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[2,2],[3,2],[3,3],[2,2]]]]},
       "properties":{"id":"two","floor_m":10,"ceiling_m":50,"version":3,"valid_from":"2026-03-02T00:00:00Z","tags":["yard"],
         "schedule":"22:00-06:00","time_zone":"Europe/Berlin","enter_fixes":2}}]}"#;
    let once = FenceFile::parse(text).unwrap().fences;
    let written = serde_json::json!({ "type": "FeatureCollection", "features": once.iter().map(to_feature).collect::<Vec<_>>() });
    let twice = FenceFile::parse(&written.to_string()).unwrap();
    assert_eq!(twice.problems, []);
    assert_eq!(twice.fences, once);
}

#[test]
fn bad_features_are_named_and_the_rest_is_read() {
    let ring = |coordinates: &str| {
        format!(
            r#"{{"type":"Feature","geometry":{{"type":"Polygon","coordinates":[{coordinates}]}},"properties":{{"id":"f"}}}}"#
        )
    };
    let file = |features: &[String]| {
        format!(
            r#"{{"type":"FeatureCollection","features":[{}]}}"#,
            features.join(",")
        )
    };
    for (feature, sentence) in [
        (ring("[[0,0],[1,0],[1,1]]"), "feature 0 \"f\": vertex 2: the ring is open: repeat its first vertex at its end"),
        (
            ring("[[0,0],[2,2],[2,0],[0,2],[0,0]]"),
            "feature 0 \"f\": the edge that begins at vertex 0 crosses the edge that begins at vertex 2: untangle the outline",
        ),
        (ring("[[0,0],[1,1],[2,2],[0,0]]"), "feature 0 \"f\": vertex 0: the ring has no area: its vertices lie on one line"),
        (ring("[[0,0],[NaN,1],[2,2],[0,0]]"), "feature 0 \"f\": vertex 1: expected two finite numbers, found latitude 1 and longitude NaN"),
        (
            ring("[[39.9,116.3],[39.9,116.4],[39.8,116.4],[39.9,116.3]]"),
            "feature 0 \"f\": vertex 0: latitude 116.3 is outside -90 to 90 and longitude 39.9 is not: latitude and longitude look swapped, exchange them",
        ),
        (ring("[[0,0],[1],[2,2],[0,0]]"), "feature 0 \"f\": vertex 1: expected longitude and latitude as two numbers"),
        (
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[0,1]},"properties":{"id":"p"}}"#.into(),
            "feature 0 \"p\": expected radius_m in the properties of a Point, found none: a circle needs its radius in metres",
        ),
        (
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[0,1]},"properties":{"id":"p","radius_m":5,"p_in":3}}"#.into(),
            "feature 0 \"p\": expected p_in from 0.5 up to 1, found 3",
        ),
        (
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[0,1]},"properties":{"id":"p","radius_m":1e300}}"#.into(),
            "feature 0 \"p\": expected a radius of 0.01 to 1000000 metres, found 1e300",
        ),
        (
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[0,1]},"properties":{"id":"p","radius_m":5,"valid_from":"1970-01-01T00:00:00Z"}}"#.into(),
            "feature 0 \"p\": expected valid_from in the years 2000 to 2079, found 1970-01-01T00:00:00Z: correct it, or leave it out",
        ),
        (
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[0,1]},"properties":{"id":"p","radius_m":5,"valid_from":"2099-12-31T23:59:59+08:00"}}"#.into(),
            "feature 0 \"p\": expected valid_from in the years 2000 to 2079, found 2099-12-31T15:59:59Z: correct it, or leave it out",
        ),
        (
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[0,1]},"properties":{"id":"p","radius_m":5,"valid_from":"tomorrow"}}"#.into(),
            "feature 0 \"p\": expected valid_from as RFC 3339, such as 2026-03-02T08:00:00+08:00, found \"tomorrow\"",
        ),
        (r#"{"type":"Feature","geometry":null,"properties":{}}"#.into(), "feature 0: expected a geometry, found none"),
    ] {
        let good = ring("[[0,0],[1,0],[1,1],[0,0]]").replace("\"f\"", "\"good\"");
        let text = file(&[feature, good]);
        let found = problems(&text);
        assert_eq!(found.first().map(String::as_str), Some(sentence), "{text}");
        assert_eq!(FenceFile::parse(&text).unwrap().fences.len(), 1);
    }
    assert_eq!(
        problems(&file(&[
            ring("[[0,0],[1,0],[1,1],[0,0]]"),
            ring("[[0,0],[1,0],[1,1],[0,0]]")
        ])),
        ["feature 1 \"f\": another feature has the same id: give each its own"]
    );
}

#[test]
fn other_texts_are_refused_as_a_whole() {
    assert_eq!(
        FenceFile::parse(r#"{"type":"Topology"}"#)
            .unwrap_err()
            .to_string(),
        "expected a GeoJSON FeatureCollection or Feature, found the type \"Topology\""
    );
    assert_eq!(
        FenceFile::parse("").unwrap_err().to_string(),
        "expected GeoJSON, KML or WKT, found nothing of the kind"
    );
    assert!(FenceFile::parse("{").is_err());
    assert!(FenceFile::parse("<kml").is_err());
}
