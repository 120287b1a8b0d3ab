//! Frames of other projects' test suites, read from `../shared/data/frames` beside the repository.

use serde_json::Value;
use std::path::PathBuf;
use wire::jt808::Edition;

/// One case of the open data.
pub(crate) struct Line {
    /// Its id.
    pub(crate) id: String,
    /// Where it comes from.
    pub(crate) source: String,
    /// The frame, body or stream.
    pub(crate) bytes: Vec<u8>,
    /// All that the line says.
    pub(crate) json: Value,
}

impl Line {
    /// Text at a place of the line.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.json
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// True when the line holds a bare body.
    pub(crate) fn is_body(&self) -> bool {
        self.text("/form") == "body"
    }

    /// Message id and edition of a bare body, where the file that it is from names them.
    pub(crate) fn body_id(&self) -> Option<(u16, Edition)> {
        if !self.is_body() {
            return None;
        }
        let id = named_id(self.text("/path")).or_else(|| titled_id(self.text("/case")))?;
        let hints = [self.text("/case"), self.text("/path")];
        let edition = if hints
            .iter()
            .any(|hint| hint.contains("2019") || hint.contains("_19"))
        {
            Edition::V2019
        } else {
            Edition::V2013
        };
        Some((id, edition))
    }
}

/// Four hexadecimal digits behind `0x` or in a file's name, the first of them.
fn named_id(name: &str) -> Option<u16> {
    let name = name.replace("0X", "0x");
    let at = name.find("0x")?;
    u16::from_str_radix(name.get(at + 2..at + 6)?, 16).ok()
}

/// Id of the message that a case is titled after.
fn titled_id(case: &str) -> Option<u16> {
    const TITLES: &[(&str, u16)] = &[
        ("AudioRecordingStartCommandTest", 0x8804),
        ("Body0102_19", 0x0102),
        ("CANBusDataUploadTest", 0x0705),
        ("DataTransmissionTest", 0x8900),
        ("DriverIdentityInformationReportTest", 0x0702),
        ("DrivingRecordCommandTest", 0x8700),
        ("DrivingRecordDataUploadTest", 0x0700),
        ("ElectronicWaybillReportTest", 0x0701),
        ("EventReportTest", 0x0301),
        ("ImmediateCameraCaptureCommandResponseTest", 0x0805),
        ("ImmediateCameraCaptureCommandTest", 0x8801),
        ("InformationServiceCancelTest", 0x0303),
        ("InformationServiceMenuSettingTest", 0x8303),
        ("InformationServiceTest", 0x8304),
        ("LocationInformationReportTest", 0x0200),
        ("ManualAlarmConfirmationTest", 0x8203),
        ("MultiMediaDataUploadResponseTest", 0x8800),
        ("MultiMediaDataUploadTest", 0x0801),
        ("MultiMediaEventInformationUploadTest", 0x0800),
        ("QuestionDispatchTest", 0x8302),
        ("SettingCircularAreaTest", 0x8600),
        ("SettingRouteTest", 0x8606),
        ("StoredMultimediaDataRetrievalTest", 0x8802),
        ("StoredMultimediaDataUploadCommandTest", 0x8803),
        ("TerminalParameterQueryResponseTest", 0x0104),
        ("TerminalParameterQueryTest", 0x8106),
        ("TerminalPropertiesQueryResponseTest", 0x0107),
        ("TerminalRegistrationTest", 0x0100),
        ("VehicleControlTest", 0x8500),
    ];
    TITLES.iter().find(|(title, _)| *title == case).map(|(_, id)| *id)
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
/// Every line about JT/T 808; `None`, said loudly, when the folder is missing.
pub(crate) fn frames() -> Option<Vec<Line>> {
    let shared = std::env::var_os("MILEPOST_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = shared.join("data/frames");
    let mut lines = Vec::new();
    for file in ["traccar_jt808.jsonl", "peers.jsonl"] {
        let path = folder.join(file);
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!(
                "SKIPPED: {} is missing; put the shared data beside the repository",
                path.display()
            );
            return None;
        };
        for line in text.lines() {
            let json: Value = serde_json::from_str(line).unwrap();
            if json["protocol"] != "jt808" {
                continue;
            }
            let bytes = json["hex"]
                .as_str()
                .map(|digits| hex::decode(digits).unwrap())
                .unwrap_or_default();
            let source = json["repo"]
                .as_str()
                .unwrap_or("traccar/traccar (decoder tests)")
                .to_owned();
            lines.push(Line {
                id: json["id"].as_str().unwrap().to_owned(),
                source,
                bytes,
                json,
            });
        }
    }
    assert!(!lines.is_empty());
    Some(lines)
}
