//! Which devices are known, and the hashes of their codes.

mod code;
mod follow;
mod list;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use events::origin::v1::Protocol;
use events::registry::v1::{Admission as How, Device};
use wire::{Claim, Credentials, Time, Verdict};

pub(crate) use code::AuthKey;
pub(crate) use follow::follow;

use crate::Error;
use crate::config::{Admission, Devices};
use crate::translate::timestamp;
use code::{Hash, new_code};

/// Devices that may connect.
pub(crate) struct Registry {
    devices: RwLock<HashMap<Box<str>, Entry>>,
    key: AuthKey,
    learning: Option<Learning>,
    require_code: bool,
    /// The topic has been read whole once.
    loaded: AtomicBool,
}

/// A device that is known.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    blocked: bool,
    learned: bool,
    /// The configuration names it.
    configured: bool,
    /// The newest code.
    code: Option<Hash>,
    /// The code before it: good until the newest was shown, since the device may not have received that.
    earlier: Option<Hash>,
}

/// How many devices may still be learned this minute.
#[derive(Debug)]
struct Learning {
    per_minute: u32,
    minute: Mutex<(i64, u32)>,
}

impl Learning {
    fn allows(&self, now_ms: i64) -> bool {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        let current = now_ms.div_euclid(60_000);
        if minute.0 != current {
            *minute = (current, 0);
        }
        minute.1 += 1;
        minute.1 <= self.per_minute
    }
}

/// The decision on a claim, and what has to become durable with it.
pub(crate) struct Decision {
    pub(crate) verdict: Verdict,
    /// The changed record of the device for the topic `devices`.
    pub(crate) change: Option<Device>,
}

impl From<Verdict> for Decision {
    fn from(verdict: Verdict) -> Self {
        Self {
            verdict,
            change: None,
        }
    }
}

impl Registry {
    pub(crate) fn new(config: &Devices) -> Result<Self, Error> {
        let key = AuthKey::load(config)?;
        let mut devices: HashMap<Box<str>, Entry> = HashMap::new();
        for device in list::configured(config)? {
            devices.entry(device).or_default().configured = true;
        }
        Ok(Self {
            devices: RwLock::new(devices),
            key,
            learning: (config.admission == Admission::Learn).then(|| Learning {
                per_minute: config.learn_per_minute,
                minute: Mutex::new((0, 0)),
            }),
            require_code: config.require_code,
            loaded: AtomicBool::new(false),
        })
    }

    /// Decides on a claim.
    pub(crate) fn decide(&self, claim: &Claim<'_>, protocol: Protocol, now_ms: i64) -> Decision {
        let known = self.entry(claim.device);
        match (known, &claim.credentials) {
            (Some(entry), _) if entry.blocked => Verdict::UnknownDevice.into(),
            (Some(entry), Credentials::None) => {
                let must_show = protocol == Protocol::Jt808 && self.require_code && entry.code.is_some();
                if must_show {
                    Verdict::WrongCode
                } else {
                    Verdict::Accepted
                }
                .into()
            }
            (Some(entry), Credentials::Code(code)) => {
                self.check_code(claim.device, entry, code, protocol, now_ms)
            }
            (Some(entry), Credentials::Register) => self.register(claim.device, entry, protocol, now_ms),
            (None, credentials) => {
                // Nobody may be told that it is unknown before the topic was read.
                if !self.loaded.load(Ordering::Acquire) {
                    return Verdict::Banned.into();
                }
                if !self
                    .learning
                    .as_ref()
                    .is_some_and(|learning| learning.allows(now_ms))
                {
                    return Verdict::UnknownDevice.into();
                }
                let entry = Entry {
                    learned: true,
                    ..Entry::default()
                };
                match credentials {
                    Credentials::Register => self.register(claim.device, entry, protocol, now_ms),
                    Credentials::Code(code) => self.remember(claim.device, entry, code, protocol, now_ms),
                    Credentials::None => Decision {
                        verdict: Verdict::Accepted,
                        change: Some(self.set(claim.device, entry, protocol, now_ms)),
                    },
                }
            }
        }
    }

    fn check_code(
        &self,
        device: &str,
        entry: Entry,
        code: &[u8],
        protocol: Protocol,
        now_ms: i64,
    ) -> Decision {
        let matches = |hash: Option<Hash>| hash.is_some_and(|hash| self.key.matches(device, code, &hash));
        if matches(entry.code) {
            if entry.earlier.is_some() {
                self.write(
                    device,
                    Entry {
                        earlier: None,
                        ..entry
                    },
                );
            }
            Verdict::Accepted.into()
        } else if matches(entry.earlier) {
            Verdict::Accepted.into()
        } else if entry.code.is_none() && self.learning.is_some() {
            self.remember(device, entry, code, protocol, now_ms)
        } else {
            Verdict::WrongCode.into()
        }
    }

    /// Learn mode: the first code that a device shows is its code from then on.
    fn remember(&self, device: &str, entry: Entry, code: &[u8], protocol: Protocol, now_ms: i64) -> Decision {
        let entry = Entry {
            code: Some(self.key.hash(device, code)),
            ..entry
        };
        Decision {
            verdict: Verdict::Accepted,
            change: Some(self.set(device, entry, protocol, now_ms)),
        }
    }

    fn register(&self, device: &str, entry: Entry, protocol: Protocol, now_ms: i64) -> Decision {
        let code = new_code();
        let hash = self.key.hash(device, code.as_bytes());
        let entry = Entry {
            code: Some(hash),
            earlier: entry.code.or(entry.earlier),
            ..entry
        };
        Decision {
            verdict: Verdict::Registered { code },
            change: Some(self.set(device, entry, protocol, now_ms)),
        }
    }

    /// Takes a record of the topic.
    fn learn_from_topic(&self, device: &str, record: Option<&Device>) {
        let mut devices = self.devices.write().unwrap_or_else(PoisonError::into_inner);
        let Some(record) = record else {
            match devices.get_mut(device) {
                Some(entry) if entry.configured => {
                    *entry = Entry {
                        configured: true,
                        ..Entry::default()
                    }
                }
                _ => drop(devices.remove(device)),
            }
            return;
        };
        let entry = devices.entry(device.into()).or_default();
        let code = <Hash>::try_from(record.auth_code_hash.as_ref()).ok();
        // What this gateway wrote comes back; it must not undo what was written after it.
        if entry.code != code && (code.is_none() || entry.earlier != code) {
            entry.code = code;
            entry.earlier = None;
        }
        entry.blocked = record.blocked;
        entry.learned = record.admission() == How::Learned;
    }

    /// True for a device that may be let in, or is blocked.
    pub(crate) fn knows(&self, device: &str) -> bool {
        self.entry(device).is_some()
    }

    fn entry(&self, device: &str) -> Option<Entry> {
        self.devices
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(device)
            .copied()
    }

    fn write(&self, device: &str, entry: Entry) {
        let mut devices = self.devices.write().unwrap_or_else(PoisonError::into_inner);
        devices.insert(device.into(), entry);
    }

    /// Keeps the entry and makes the record of it.
    fn set(&self, device: &str, entry: Entry, protocol: Protocol, now_ms: i64) -> Device {
        self.write(device, entry);
        let how = if entry.learned {
            How::Learned
        } else {
            How::Operator
        };
        Device {
            device: device.to_owned(),
            protocol: protocol.into(),
            blocked: entry.blocked,
            auth_code_hash: entry.code.map(|hash| hash.to_vec().into()).unwrap_or_default(),
            admission: how.into(),
            updated_at: Some(timestamp(Time(now_ms))),
        }
    }

    /// Devices that are known.
    pub(crate) fn len(&self) -> usize {
        self.devices.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[cfg(test)]
mod tests;
