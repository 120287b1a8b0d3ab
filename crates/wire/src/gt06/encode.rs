//! Messages to frames, for either side.

use super::frame::{Form, crc};
use super::message::Message;

/// A message as a frame. A content that is longer than the frame's length field can say is cut.
#[must_use]
pub fn encode(message: &Message<'_>, serial: u16) -> Vec<u8> {
    let mut content = Vec::with_capacity(64);
    message.write(&mut content);
    match message.form() {
        Form::Topin => seal_topin(&content),
        form => seal(form, message.number(), &content, serial),
    }
}

/// The platform's answer without content: the number and the serial of what is answered.
#[must_use]
pub fn acknowledge(form: Form, number: u8, serial: u16) -> Vec<u8> {
    seal(form, number, &[], serial)
}

/// Start bytes, length, number, content, serial, checksum and stop bytes.
#[must_use]
pub fn seal(form: Form, number: u8, content: &[u8], serial: u16) -> Vec<u8> {
    let longest = if form == Form::Long { 0xFFFF - 5 } else { 0xFF - 5 };
    let content = content.get(..longest).unwrap_or(content);
    let length = u16::try_from(content.len()).unwrap_or(0).saturating_add(5);
    let mut frame = Vec::with_capacity(content.len().saturating_add(12));
    let [high, low] = length.to_be_bytes();
    if form == Form::Long {
        frame.extend([0x79, 0x79, high, low, number]);
    } else {
        frame.extend([0x78, 0x78, low, number]);
    }
    frame.extend_from_slice(content);
    frame.extend_from_slice(&serial.to_be_bytes());
    let sum = frame.get(2..).map_or(0, crc);
    frame.extend_from_slice(&sum.to_be_bytes());
    frame.extend([0x0D, 0x0A]);
    frame
}

/// A frame of the Topin dialect: start and stop bytes around a content that holds length and number itself.
#[must_use]
pub(super) fn seal_topin(content: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x78, 0x78];
    frame.extend_from_slice(content);
    frame.extend([0x0D, 0x0A]);
    frame
}
