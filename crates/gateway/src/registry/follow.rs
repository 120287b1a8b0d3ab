use std::sync::Arc;
use std::sync::atomic::Ordering;

use bus::{Bus, ReadItem, Reader};
use events::registry::v1::Device;
use events::{Message, Topic};
use tokio_util::sync::CancellationToken;

use super::Registry;
use crate::Error;

/// Keeps the registry as the topic `devices` says, until the token is cancelled. `caught_up` is cancelled when the
/// topic has been read whole.
pub(crate) async fn follow(
    registry: Arc<Registry>,
    bus: Bus,
    caught_up: CancellationToken,
    shutdown: CancellationToken,
) -> Result<(), Error> {
    let mut reader: Reader = bus.definitions(Topic::Devices);
    loop {
        let item = tokio::select! {
            item = reader.next_item() => item,
            () = shutdown.cancelled() => return Ok(()),
        };
        match item {
            Some(Ok(ReadItem::Record(record))) => {
                let Ok(device) = std::str::from_utf8(&record.key) else {
                    continue;
                };
                match record.value.as_deref().map(Device::decode).transpose() {
                    Ok(value) => registry.learn_from_topic(device, value.as_ref()),
                    Err(error) => {
                        tracing::warn!(device, %error, "a record of the topic devices cannot be read")
                    }
                }
            }
            Some(Ok(ReadItem::CaughtUp)) => {
                registry.loaded.store(true, Ordering::Release);
                caught_up.cancel();
            }
            Some(Err(error)) => return Err(error.into()),
            None => return Ok(()),
        }
    }
}
