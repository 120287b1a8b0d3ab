//! Known events in the topics of a real Kafka, made by the program itself from the frames of one tracker.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use tests::kafka::KafkaServer;
use tests::ports;
use tests::program::Program;
use wire::gt06::message::alarm::AlarmReport;
use wire::gt06::message::login::Login;
use wire::gt06::{Date, Gps, Imei, Message, Splitter, encode};

pub(crate) const DEVICE: &str = "356938035643809";
pub(crate) const FENCE: &str = "depot";
/// Where the tracker was, a minute apart: outside the fence, twice inside, and out again for good.
pub(crate) const LATITUDES: [f64; 6] = [30.50, 30.60, 30.60, 30.50, 30.49, 30.48];
const LONGITUDE: f64 = 114.3;

/// A Kafka with the events in it. The processes that wrote them have ended.
pub(crate) struct Scene {
    pub(crate) kafka: KafkaServer,
    /// Time of the first fix.
    pub(crate) begin: Timestamp,
}

impl Scene {
    /// The one that the tests of this binary share; `None` where there is no broker to start.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Scene>> = Mutex::new(Weak::new());
        if !KafkaServer::is_available() {
            return None;
        }
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scene) = shared.upgrade() {
            return Some(scene);
        }
        let scene = Arc::new(Self::make());
        *shared = Arc::downgrade(&scene);
        Some(scene)
    }

    fn make() -> Self {
        let kafka = KafkaServer::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let topics = folder.path().join("topics.toml");
        std::fs::write(&topics, "[defaults]\npartitions = 1\nretention_hours = 24\n").unwrap();
        let fences = folder.path().join("fences.geojson");
        let fence = json!({
            "type": "FeatureCollection",
            "features": [{
                "type": "Feature", "id": FENCE,
                "geometry": { "type": "Point", "coordinates": [LONGITUDE, LATITUDES[1]] },
                "properties": { "radius_m": 500.0, "exit_dwell_s": 0 },
            }],
        });
        std::fs::write(&fences, fence.to_string()).unwrap();
        let brokers = kafka.brokers();
        let broker = ["--brokers", &brokers];
        milepost(&[&["topics", "apply", "--file", path(&topics)], &broker[..]].concat());
        milepost(&[&["fences", "import", path(&fences)], &broker[..]].concat());

        // The minute is all that the test has to say; the gateway doubts clocks that are far off.
        let minute = (Timestamp::now().as_second() / 60 - 10) * 60;
        let begin = Timestamp::from_second(minute).unwrap();
        let [port] = ports::free().unwrap();
        let mut gateway = role(folder.path(), "gateway", &brokers, port);
        track(SocketAddr::from(([127, 0, 0, 1], port)), begin);
        assert!(gateway.stop().unwrap().success(), "{}", gateway.said());
        let mut geofence = role(folder.path(), "geofence", &brokers, port);
        // Waits until both events are there.
        let read = ["topics", "read", "fence-events", "--follow", "--limit", "2"];
        milepost(&[&read[..], &broker[..]].concat());
        assert!(geofence.stop().unwrap().success(), "{}", geofence.said());
        Self { kafka, begin }
    }

    /// Time of a fix.
    pub(crate) fn time(&self, index: usize) -> Timestamp {
        fix_time(self.begin, index)
    }
}

fn fix_time(begin: Timestamp, index: usize) -> Timestamp {
    begin + Duration::from_secs(60) * u32::try_from(index).unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs the program to its end, which has to be a good one.
fn milepost(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_milepost"))
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    output
}

/// A role in a process of its own.
fn role(folder: &Path, role: &str, brokers: &str, gt06: u16) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_milepost"));
    command.args([role, "--brokers", brokers]).envs([
        (
            "MILEPOST__GATEWAY__LISTEN__GT06_TCP",
            format!("[\"127.0.0.1:{gt06}\"]"),
        ),
        ("MILEPOST__GATEWAY__LISTEN__GT06_UDP", "[]".to_owned()),
        ("MILEPOST__GATEWAY__LISTEN__JT808_TCP", "[]".to_owned()),
        ("MILEPOST__GATEWAY__LISTEN__JT808_UDP", "[]".to_owned()),
        ("MILEPOST__GATEWAY__DEVICES__LIST", format!("[\"{DEVICE}\"]")),
        (
            "MILEPOST__GATEWAY__DEVICES__AUTH_KEY_FILE",
            folder.join("auth.key").display().to_string(),
        ),
    ]);
    Program::start(command, folder.join(format!("{role}.log"))).unwrap()
}

/// The tracker: says who it is and where it was, and waits for the answer to each message.
fn track(gateway: SocketAddr, begin: Timestamp) {
    let mut stream = TcpStream::connect(gateway).unwrap();
    let login = Login {
        imei: Imei::from_digits(DEVICE).unwrap(),
        ..Login::default()
    };
    exchange(&mut stream, &encode(&Message::Login(login), 1), 1);
    for (serial, latitude) in (2u16..).zip(LATITUDES) {
        let report = AlarmReport {
            date: date(fix_time(begin, usize::from(serial) - 2)),
            gps: Gps::new(latitude, LONGITUDE, 36, 45, 9),
            ..AlarmReport::default()
        };
        exchange(&mut stream, &encode(&Message::AlarmUtc(report), serial), serial);
    }
}

fn date(time: Timestamp) -> Date {
    let civil = time.to_zoned_datetime(TimeZone::UTC).datetime();
    let year = i8::try_from(civil.year() - 2000).unwrap();
    let parts = [
        year,
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second(),
    ];
    Date(parts.map(|part| u8::try_from(part).unwrap()))
}

fn exchange(stream: &mut TcpStream, frame: &[u8], serial: u16) {
    stream.write_all(frame).unwrap();
    let mut heard = Vec::new();
    let mut buffer = [0; 256];
    let answer = loop {
        if let Some(split) = Splitter::default().next(&heard) {
            break split.frame.unwrap().serial;
        }
        let read = stream.read(&mut buffer).unwrap();
        assert!(
            read > 0,
            "the gateway closed the connection before it answered {serial}"
        );
        heard.extend_from_slice(&buffer[..read]);
    };
    assert_eq!(answer, serial);
}

/// The JSON lines of a reader, in order.
pub(crate) fn lines(printed: &str) -> Vec<Value> {
    printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}")))
        .collect()
}
