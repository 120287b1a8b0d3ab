//! What strangers may cost: rates by address, by device and by connection, and bans. Threats T1, T2 and T4 of
//! `docs/reliability.md`.
//!
//! All that is remembered about others stands in tables of a fixed size from which the least recently seen goes.
//! Whoever has more addresses than a table has room is held by the rates over all.

mod bucket;
mod network;
mod table;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use events::origin::v1::Transport;

pub(crate) use bucket::{Bucket, Pace};
use network::Network;
use table::Table;

use crate::GatewayConfig;
use crate::config::{Bans, Rates, millis};

/// What a device asks for when it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// To be let in.
    Login,
    /// To be registered, which gives it a new code.
    Registration,
}

/// Why a newcomer is turned away; the value of the label `level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TurnedAway {
    /// Its address is banned for a while.
    Banned,
    /// Too many come from its network.
    Network,
}

impl TurnedAway {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Banned => "ban",
            Self::Network => "network",
        }
    }
}

/// The limits with what they remember; one for all threads.
pub(crate) struct Guard {
    paces: Paces,
    suspect_ms: i64,
    ban_ms: i64,
    accepts: Mutex<Bucket>,
    rejects: Mutex<Bucket>,
    networks: Mutex<Table<(bool, Network), Bucket>>,
    offenders: Mutex<Table<Network, Offender>>,
    /// Admitted connections by address.
    served: Mutex<HashMap<Network, u32>>,
    logins: Mutex<Table<u64, Bucket>>,
    registrations: Mutex<Table<u64, Bucket>>,
    takeovers: Mutex<Table<u64, Takeovers>>,
    refused: Mutex<Table<u64, Bucket>>,
    /// Ids are kept as their hashes, with a key that nobody outside knows.
    hasher: RandomState,
}

struct Paces {
    accepts: Pace,
    network: Pace,
    frames: Pace,
    logins: Pace,
    registrations: Pace,
    takeovers: Pace,
    rejects: Pace,
    connection_rejects: Pace,
    refused: Pace,
    offences: Pace,
}

#[derive(Debug, Clone, Copy, Default)]
struct Offender {
    offences: Bucket,
    banned_until_ms: i64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Takeovers {
    rate: Bucket,
    suspect_until_ms: i64,
}

impl Guard {
    pub(crate) fn new(config: &GatewayConfig) -> Self {
        let (rates, bans): (&Rates, &Bans) = (&config.rates, &config.bans);
        let size = config.limits.remembered;
        Self {
            paces: Paces {
                accepts: rates.accepts.into(),
                network: rates.accepts_per_network.into(),
                frames: rates.frames_per_connection.into(),
                logins: rates.logins_per_device.into(),
                registrations: rates.registrations_per_device.into(),
                takeovers: rates.takeovers_per_device.into(),
                rejects: rates.rejects.into(),
                connection_rejects: rates.rejects_per_connection.into(),
                refused: rates.rejects_per_unknown_device.into(),
                offences: bans.offences.into(),
            },
            suspect_ms: millis(config.devices.suspect_seconds),
            ban_ms: millis(bans.seconds),
            accepts: Mutex::default(),
            rejects: Mutex::default(),
            networks: Mutex::new(Table::new(size)),
            offenders: Mutex::new(Table::new(size)),
            served: Mutex::default(),
            logins: Mutex::new(Table::new(size)),
            registrations: Mutex::new(Table::new(size)),
            takeovers: Mutex::new(Table::new(size)),
            refused: Mutex::new(Table::new(size)),
            hasher: RandomState::new(),
        }
    }

    /// Counts an accepted connection. Gives for how many milliseconds no other is to be accepted.
    pub(crate) fn accepted(&self, now_ms: i64) -> i64 {
        lock(&self.accepts).spend(self.paces.accepts, now_ms, 1)
    }

    /// May somebody new from this address be served?
    pub(crate) fn enter(&self, transport: Transport, address: IpAddr, now_ms: i64) -> Result<(), TurnedAway> {
        if self.banned(address, now_ms) {
            return Err(TurnedAway::Banned);
        }
        // The sender of a datagram may be forged: what it spends must not be missing to those who connect.
        let key = (transport == Transport::Udp, Network::around(address));
        let fits = lock(&self.networks).of(key).take(self.paces.network, now_ms);
        if fits { Ok(()) } else { Err(TurnedAway::Network) }
    }

    /// True while new connections from the address are refused. An address that serves admitted devices is not
    /// banned: behind it may be a carrier's whole customers.
    pub(crate) fn banned(&self, address: IpAddr, now_ms: i64) -> bool {
        let one = Network::of_one(address);
        let until = lock(&self.offenders)
            .get(&one)
            .map_or(0, |offender| offender.banned_until_ms);
        // As far as a ban can reach; further the clock has been set back.
        (now_ms..=now_ms.saturating_add(self.ban_ms)).contains(&until)
            && until != now_ms
            && !lock(&self.served).contains_key(&one)
    }

    /// Somebody connected from the address did what no device does. True when that bans it.
    pub(crate) fn offence(&self, address: IpAddr, now_ms: i64) -> bool {
        let mut offenders = lock(&self.offenders);
        let offender = offenders.of(Network::of_one(address));
        let bans = !offender.offences.take(self.paces.offences, now_ms);
        if bans {
            offender.banned_until_ms = now_ms.saturating_add(self.ban_ms);
        }
        bans
    }

    /// A device was admitted on a connection from the address.
    pub(crate) fn serves(&self, address: IpAddr) {
        *lock(&self.served).entry(Network::of_one(address)).or_default() += 1;
    }

    /// Such a connection ended.
    pub(crate) fn serves_no_more(&self, address: IpAddr) {
        let one = Network::of_one(address);
        let mut served = lock(&self.served);
        if let Some(count) = served.get_mut(&one) {
            *count -= 1;
            if *count == 0 {
                served.remove(&one);
            }
        }
    }

    /// May a known device ask for that from this network now? Others elsewhere who claim its id do not spend what it
    /// has.
    pub(crate) fn asks(&self, device: &str, address: IpAddr, asks: Asks, now_ms: i64) -> bool {
        let key = self.hasher.hash_one((device, Network::around(address)));
        let logins = lock(&self.logins).of(key).take(self.paces.logins, now_ms);
        let registers = asks == Asks::Login
            || lock(&self.registrations)
                .of(key)
                .take(self.paces.registrations, now_ms);
        logins && registers
    }

    /// The device was taken over by a newer connection. True when that makes it suspect.
    pub(crate) fn taken_over(&self, device: &[u8], now_ms: i64) -> bool {
        let mut takeovers = lock(&self.takeovers);
        let device = takeovers.of(self.hasher.hash_one(device));
        let stormy = !device.rate.take(self.paces.takeovers, now_ms);
        let was = device.suspect_until_ms > now_ms;
        if stormy {
            device.suspect_until_ms = now_ms.saturating_add(self.suspect_ms);
        }
        stormy && !was
    }

    /// Until when the device is suspect; in the past when it is not.
    pub(crate) fn suspect_until_ms(&self, device: &[u8]) -> i64 {
        lock(&self.takeovers)
            .get(&self.hasher.hash_one(device))
            .map_or(0, |device| device.suspect_until_ms)
    }

    /// An id was refused. True when that is worth a reject: not again and again for one id.
    pub(crate) fn refused(&self, device: &str, now_ms: i64) -> bool {
        lock(&self.refused)
            .of(self.hasher.hash_one(device))
            .take(self.paces.refused, now_ms)
    }

    /// May a reject of a connection be published?
    pub(crate) fn may_reject(&self, connection: &mut Bucket, now_ms: i64) -> bool {
        connection.take(self.paces.connection_rejects, now_ms)
            && lock(&self.rejects).take(self.paces.rejects, now_ms)
    }

    /// Counts frames of a connection. Gives for how many milliseconds it is not to be read.
    pub(crate) fn frames(&self, connection: &mut Bucket, now_ms: i64, count: u64) -> i64 {
        connection.spend(self.paces.frames, now_ms, count)
    }
}

fn lock<T>(table: &Mutex<T>) -> MutexGuard<'_, T> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
