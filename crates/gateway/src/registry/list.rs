use events::DeviceId;

use crate::Error;
use crate::config::Devices;

/// Ids that the configuration and its file name.
pub(super) fn configured(config: &Devices) -> Result<Vec<Box<str>>, Error> {
    let mut devices: Vec<Box<str>> = config.list.iter().map(|device| device.as_str().into()).collect();
    let Some(path) = &config.file else {
        return Ok(devices);
    };
    let text = std::fs::read_to_string(path).map_err(|source| Error::File {
        doing: "read",
        path: path.clone(),
        key: "gateway.devices.file",
        source,
    })?;
    for (index, line) in text.lines().enumerate() {
        let id = line.split('#').next().unwrap_or_default().trim();
        if id.is_empty() {
            continue;
        }
        DeviceId::new(id).map_err(|source| Error::DeviceList {
            path: path.clone(),
            line: index + 1,
            source,
        })?;
        devices.push(id.into());
    }
    Ok(devices)
}
