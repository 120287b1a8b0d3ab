//! Datum conversion against 664 Chinese places that lie beside the repository.

use std::path::PathBuf;

use spatial::{Datum, Point, distance};

#[test]
fn chinese_places_are_converted_both_ways() {
    let shared = std::env::var_os("MILEPOST_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let path = shared.join("data/geo/china_cities_wgs84_gcj02_bd09_fixture.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!(
            "skipped: {} is missing; set MILEPOST_SHARED to the folder that holds data/geo",
            path.display()
        );
        return;
    };
    let places: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut worst = [0.0_f64; 4];
    let mut count = 0;
    for place in places.as_array().unwrap() {
        let read = |name: &str| {
            let pair = &place["coords"][name];
            Point::new(pair[1].as_f64().unwrap(), pair[0].as_f64().unwrap()).unwrap()
        };
        let (wgs84, gcj02, bd09) = (read("WGS84"), read("GCJ02"), read("BD09"));
        let found = [
            distance::geodesic(Datum::Gcj02.from_wgs84(wgs84), gcj02),
            distance::geodesic(Datum::Bd09.from_wgs84(wgs84), bd09),
            distance::geodesic(Datum::Gcj02.to_wgs84(gcj02), wgs84),
            distance::geodesic(Datum::Bd09.to_wgs84(bd09), wgs84),
        ];
        for (worst, found) in worst.iter_mut().zip(found) {
            *worst = worst.max(found);
        }
        count += 1;
    }
    eprintln!("{count} places, worst in metres: to GCJ-02, to BD-09, from GCJ-02, from BD-09: {worst:?}");
    assert!(count > 600);
    assert!(worst.iter().all(|metres| *metres < 1.0), "{worst:?}");
}
