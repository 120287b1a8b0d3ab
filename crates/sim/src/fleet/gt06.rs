use super::speaker::{Expected, Incoming, Outgoing};
use crate::device::What;

#[derive(Debug)]
pub(super) struct Tracker {
    imei: String,
}

impl Tracker {
    pub(super) fn new(imei: &str) -> Self {
        Self {
            imei: imei.to_owned(),
        }
    }
    pub(super) fn reset(&mut self) {}
    pub(super) fn hello(&mut self) -> Outgoing {
        let _ = &self.imei;
        Outgoing {
            bytes: Vec::new(),
            expects: None,
            fixes: Vec::new(),
        }
    }
    pub(super) fn is_welcome(answered: Expected) -> bool {
        answered.id == 1
    }
    pub(super) fn messages(&mut self, _what: &What) -> Vec<Outgoing> {
        Vec::new()
    }
    pub(super) fn next(&mut self, _bytes: &[u8]) -> Option<(usize, Incoming)> {
        None
    }
}
