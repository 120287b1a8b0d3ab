use super::Zone;
use crate::gt06::frame::{Checksum, Form};
use crate::gt06::message::Message;
use crate::gt06::model::Model;

/// A message that a session took in.
#[derive(Debug, Clone)]
pub struct Received<'a> {
    /// Protocol number.
    pub number: u8,
    /// Kind of frame.
    pub form: Form,
    /// Serial of the device.
    pub serial: u16,
    /// What it means.
    pub message: Message<'a>,
    /// The content of the frame.
    pub content: &'a [u8],
    /// Bytes of the content that belong to no field.
    pub rest: &'a [u8],
    /// Zones that its date may be told in.
    pub zone: Zone,
    /// What is known about the kind of device.
    pub model: Model,
    /// Outcome of the check of the frame.
    pub checksum: Checksum,
}
