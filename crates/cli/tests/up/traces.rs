//! One frame, followed to the fence event that it led to.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tests::wait;

use crate::capture::{LOGIN, POSITION, TRACKER, frame, milepost, text};
use crate::running::Up;

/// Time that a definition may take on a busy machine.
const WITHIN: Duration = Duration::from_secs(120);

#[test]
fn a_frame_can_be_followed_to_the_fence_event_that_it_led_to() {
    let folder = tempfile::tempdir().unwrap();
    let list = format!("[\"{TRACKER}\"]");
    let mut up = Up::with(
        folder.path(),
        &[],
        &[
            ("MILEPOST__GATEWAY__DEVICES__LIST", &list),
            ("MILEPOST__GATEWAY__TRACES__SAMPLE", "0"),
            ("MILEPOST__GATEWAY__TRACES__DEVICES", &list),
            ("MILEPOST__LOG__LEVEL", "warn,span=debug"),
            ("MILEPOST__LOG__FORMAT", "json"),
        ],
    );
    let data = folder.path().display().to_string();
    let decoded = text(&milepost(
        &["decode", "--format", "json", &hex::encode(frame(POSITION))],
        "",
    ));
    let decoded: Value = serde_json::from_str(&decoded).unwrap();
    let position = &decoded["frames"][0]["positions"][0];
    let fence = json!({ "type": "FeatureCollection", "features": [{
        "type": "Feature", "id": "yard",
        "geometry": { "type": "Point", "coordinates": [position["longitude"], position["latitude"]] },
        "properties": { "id": "yard", "radius_m": 500.0 },
    }] });
    let file = folder.path().join("fences.geojson");
    std::fs::write(&file, fence.to_string()).unwrap();
    text(&milepost(
        &["fences", "import", file.to_str().unwrap(), "--data", &data],
        "",
    ));

    wait::until("the fence", WITHIN, || {
        Ok(up.get("/fences/yard/occupants").contains("occupants"))
    })
    .unwrap();

    let mut stream = TcpStream::connect(up.tcp("GT06")).unwrap();
    stream.write_all(&frame(LOGIN)).unwrap();
    stream.read_exact(&mut [0; 10]).unwrap();
    stream.write_all(&frame(POSITION)).unwrap();
    let event = up.read("fence-events", &["--follow", "--limit", "1"]).remove(0);
    let header = |record: &Value| record["headers"]["traceparent"].as_str().unwrap().to_owned();
    let parts = |header: String| -> Vec<String> { header.split('-').map(str::to_owned).collect() };
    let position = up.read("positions", &[]).remove(0);
    let (came, made) = (parts(header(&position)), parts(header(&event)));
    assert_eq!(came[1], made[1], "one trace");
    assert_ne!(came[2], made[2], "two spans");

    // Each of them says what it did, in whichever order.
    let mut spans = [&came[2], &made[2]].map(|span| (format!("\"span\":\"{span}\""), Value::Null));
    while spans.iter().any(|(_, told)| told.is_null()) {
        let line = up.hear("\"span\":\"");
        for (_, told) in spans.iter_mut().filter(|(id, _)| line.contains(id.as_str())) {
            *told = serde_json::from_str(&line).unwrap();
        }
    }
    let [(_, frame), (_, judged)] = spans;
    assert_eq!(frame["name"], "frame");
    assert_eq!(
        (&frame["key"], &frame["durable"]),
        (&json!(TRACKER), &json!(true))
    );
    assert_eq!(
        (&judged["name"], &judged["parent"]),
        (&json!("geofence"), &json!(came[2]))
    );
    assert_eq!(judged["what"], "milepost.positions.v1");
    assert!(
        judged["end_us"].as_i64() >= judged["begin_us"].as_i64(),
        "{judged}"
    );
    assert!(up.stop().success());
}
