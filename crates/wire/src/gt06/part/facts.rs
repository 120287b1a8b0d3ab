use super::{
    AccessPoint, AlarmCode, CourseStatus, Date, Gps, GsmLevel, Imei, Info, Language, Tower, UploadMode,
    VoltageLevel,
};

/// What a message says about its device, gathered from its parts: the form in which readers outside `wire` take it.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// IMEI inside the message.
    pub imei: Option<Imei>,
    /// Time of the fix or of the message.
    pub stated: Option<Stated>,
    /// Satellite fix.
    pub gps: Option<Gps>,
    /// Towers, the serving one first.
    pub towers: Vec<Tower>,
    /// WiFi access points.
    pub access_points: Vec<AccessPoint<'a>>,
    /// Terminal information byte.
    pub info: Option<Info>,
    /// Battery in steps.
    pub voltage_level: Option<VoltageLevel>,
    /// Mobile network in steps.
    pub gsm: Option<GsmLevel>,
    /// Alarm code.
    pub alarm: Option<AlarmCode>,
    /// Language of the wanted answer.
    pub language: Option<Language>,
    /// Ignition, from the byte that is only for it.
    pub acc_on: Option<bool>,
    /// Why the position was sent.
    pub upload_mode: Option<UploadMode>,
    /// The fix was kept and sent later.
    pub stored: Option<bool>,
    /// Satellites used.
    pub satellites: Option<f64>,
    /// Speed, where the message has it finer than the fix.
    pub speed_kmh: Option<f64>,
    /// Height above mean sea level.
    pub altitude_m: Option<f64>,
    /// Dilution of precision.
    pub hdop: Option<f64>,
    /// Radius of the true place.
    pub accuracy_m: Option<f64>,
    /// Distance by the device's own count.
    pub odometer_m: Option<f64>,
    /// Battery in percent.
    pub battery_percent: Option<f64>,
    /// Voltage of the battery.
    pub battery_v: Option<f64>,
    /// Voltage of the external supply.
    pub external_v: Option<f64>,
    /// All that has no field above, in the order of the message.
    pub items: Vec<Item>,
}

/// A time as a device states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stated {
    /// A date in a zone that the message does not name.
    Civil(Date),
    /// Seconds since 1970-01-01 UTC.
    Unix(u32),
}

/// Something else that a message says.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Id of a module, 0 for a field with a fixed place.
    pub id: u32,
    /// Name of the field, snake_case with the unit at the end.
    pub name: &'static str,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// Its meaning.
    pub value: ItemValue,
}

/// Meaning of an item.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemValue {
    /// Only the bytes are known.
    Bytes,
    /// A number in the unit of the name.
    Number(f64),
    /// Text, or the name of a code.
    Text(String),
    /// A yes or no.
    Flag(bool),
}

impl Facts<'_> {
    /// Takes a number under the name of its field; names of the fields above fill them.
    pub(crate) fn number(&mut self, name: &'static str, value: f64, raw: Vec<u8>) {
        let slot = match name {
            "satellites" => &mut self.satellites,
            "speed_kmh" => &mut self.speed_kmh,
            "altitude_m" => &mut self.altitude_m,
            "hdop" => &mut self.hdop,
            "accuracy_m" => &mut self.accuracy_m,
            "odometer_m" => &mut self.odometer_m,
            "battery_percent" => &mut self.battery_percent,
            "battery_v" => &mut self.battery_v,
            "external_v" => &mut self.external_v,
            _ => return self.item(name, raw, ItemValue::Number(value)),
        };
        *slot = Some(value);
    }

    /// Takes a code under the name of its field.
    pub(crate) fn code(&mut self, name: &'static str, code: u8, meaning: Option<&'static str>) {
        match name {
            "voltage_level" => self.voltage_level = Some(VoltageLevel(code)),
            "gsm" => self.gsm = Some(GsmLevel(code)),
            "upload_mode" => self.upload_mode = Some(UploadMode(code)),
            "language" => self.language = Some(Language(code)),
            _ => {
                let value = meaning.map_or(ItemValue::Number(f64::from(code)), |name| {
                    ItemValue::Text(name.to_owned())
                });
                self.item(name, vec![code], value);
            }
        }
    }

    /// Takes the first time; later ones are items.
    pub(crate) fn date(&mut self, name: &'static str, stated: Stated, raw: Vec<u8>) {
        if self.stated.is_none() {
            self.stated = Some(stated);
            return;
        }
        let value = match stated {
            Stated::Unix(seconds) => ItemValue::Number(f64::from(seconds)),
            Stated::Civil(date) => date
                .civil()
                .map_or(ItemValue::Bytes, |date| ItemValue::Text(date.to_string())),
        };
        self.item(name, raw, value);
    }

    /// Takes course and hemispheres of a position whose coordinates came before as `latitude_raw` and `longitude_raw`.
    pub(crate) fn course(&mut self, name: &'static str, course_status: CourseStatus) {
        let mut raw = |name: &str| {
            let at = self.items.iter().position(|item| item.name == name)?;
            let bytes = self.items.remove(at).raw;
            bytes.first_chunk().copied().map(u32::from_be_bytes)
        };
        if let (Some(latitude_raw), Some(longitude_raw)) = (raw("latitude_raw"), raw("longitude_raw")) {
            self.gps = Some(Gps {
                latitude_raw,
                longitude_raw,
                course_status,
                ..Gps::default()
            });
        } else {
            self.item(
                name,
                course_status.0.to_be_bytes().to_vec(),
                ItemValue::Number(f64::from(course_status.0)),
            );
        }
    }

    /// Takes anything else.
    pub(crate) fn item(&mut self, name: &'static str, raw: Vec<u8>, value: ItemValue) {
        self.items.push(Item {
            id: 0,
            name,
            raw,
            value,
        });
    }

    /// Takes what a module with this id says.
    pub(crate) fn module(&mut self, id: u32, name: &'static str, raw: &[u8], value: ItemValue) {
        self.items.push(Item {
            id,
            name,
            raw: raw.to_vec(),
            value,
        });
    }
}

/// An address as it is usually written.
pub(crate) fn bssid(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(":")
}
