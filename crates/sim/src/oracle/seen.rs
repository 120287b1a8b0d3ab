use events::position::v1::Position;
use serde_json::Value;

/// One record of the positions topic, as far as the oracle looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Device id.
    pub device: String,
    /// Time of the fix, Unix seconds.
    pub fix_time: i64,
    /// Event id.
    pub event_id: Box<str>,
    /// Generation of the connection.
    pub generation: u64,
    /// Serial of the message, as the device counts.
    pub serial: u16,
}

/// A line that is no position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a record of the positions topic, found one without {0}")]
pub struct NotAPosition(&'static str);

impl TryFrom<&Position> for Seen {
    type Error = NotAPosition;

    fn try_from(position: &Position) -> Result<Self, NotAPosition> {
        let origin = position.origin.as_ref().ok_or(NotAPosition("an origin"))?;
        Ok(Self {
            device: position.device.clone(),
            fix_time: position
                .fix_time
                .as_ref()
                .ok_or(NotAPosition("a fix time"))?
                .seconds,
            event_id: position.event_id.as_str().into(),
            generation: origin.generation,
            serial: origin.serial as u16,
        })
    }
}

impl Seen {
    /// Reads one line of `milepost topics read positions`.
    ///
    /// # Errors
    /// When the line holds no position.
    pub fn from_json(line: &Value) -> Result<Self, NotAPosition> {
        let value = line.get("value").unwrap_or(line);
        let position: Position =
            serde_json::from_value(value.clone()).map_err(|_| NotAPosition("the schema of a position"))?;
        Self::try_from(&position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_position_with_and_without_what_surrounds_it() {
        let position = serde_json::json!({
            "eventId": "e", "device": "d", "fixTime": "2026-03-02T00:00:01Z",
            "origin": {"serial": 7, "generation": "3"},
        });
        let expected = Seen {
            device: "d".to_owned(),
            fix_time: 1_772_409_601,
            event_id: "e".into(),
            generation: 3,
            serial: 7,
        };
        assert_eq!(Seen::from_json(&position), Ok(expected.clone()));
        let surrounded = serde_json::json!({"offset": 3, "value": position});
        assert_eq!(Seen::from_json(&surrounded), Ok(expected));
        assert!(Seen::from_json(&serde_json::json!({"value": {"device": "d"}})).is_err());
    }
}
