use std::sync::Arc;
use std::sync::atomic::Ordering;

use rand::rngs::StdRng;
use rand::{Rng, RngExt as _};
use serde::Serialize;

use super::Faults;

/// What goes wrong, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The program is killed with SIGKILL and started again.
    Kill,
    /// Devices do not hear what the program says: their data are stored, and they send them again.
    DevicesUnheard,
    /// Nothing passes between devices and the program.
    DevicesCutOff,
    /// All that passes between devices and the program comes late.
    DevicesSlow,
    /// The program does not hear what brokers say: its records are stored, and it does not know.
    BrokersUnheard,
    /// Nothing passes between the program and the brokers.
    BrokersCutOff,
    /// All that passes between the program and the brokers comes late.
    BrokersSlow,
}

impl Fault {
    /// Those that need nothing but the program and its devices.
    pub const NEAR: [Self; 4] = [
        Self::Kill,
        Self::DevicesUnheard,
        Self::DevicesCutOff,
        Self::DevicesSlow,
    ];
    /// Those on the way to the brokers.
    pub const BROKERS: [Self; 3] = [Self::BrokersUnheard, Self::BrokersCutOff, Self::BrokersSlow];
}

/// Latency of a slow way, milliseconds.
const SLOW_MS: (u64, u64) = (50, 1000);

/// The ways on which connections can be spoiled.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// Between devices and the program.
    pub devices: Vec<Arc<Faults>>,
    /// Between the program and the brokers.
    pub brokers: Vec<Arc<Faults>>,
}

impl Ways {
    /// Begins a fault of a way.
    pub(super) fn spoil(&self, fault: Fault, rng: &mut impl Rng) {
        let late = rng.random_range(SLOW_MS.0..=SLOW_MS.1);
        for way in self.of(fault) {
            match fault {
                Fault::Kill => {}
                Fault::DevicesUnheard | Fault::BrokersUnheard => {
                    way.cut_responses.store(true, Ordering::Relaxed);
                }
                Fault::DevicesCutOff | Fault::BrokersCutOff => way.blackhole.store(true, Ordering::Relaxed),
                Fault::DevicesSlow | Fault::BrokersSlow => way.latency_ms.store(late, Ordering::Relaxed),
            }
        }
    }

    /// Ends whatever was begun. A stream of which something was thrown away would make no sense any more: such
    /// connections are reset.
    pub(super) fn mend(&self, fault: Fault) {
        for way in self.of(fault) {
            if way.cut_responses.swap(false, Ordering::Relaxed) {
                way.resets.fetch_add(1, Ordering::Relaxed);
            }
            way.blackhole.store(false, Ordering::Relaxed);
            way.latency_ms.store(0, Ordering::Relaxed);
        }
    }

    fn of(&self, fault: Fault) -> &[Arc<Faults>] {
        match fault {
            Fault::Kill => &[],
            Fault::DevicesUnheard | Fault::DevicesCutOff | Fault::DevicesSlow => &self.devices,
            Fault::BrokersUnheard | Fault::BrokersCutOff | Fault::BrokersSlow => &self.brokers,
        }
    }
}

/// The faults of a run in an order that the seed decides: all of them once, shuffled, then all of them again.
#[derive(Debug)]
pub(super) struct Deck {
    all: Vec<Fault>,
    left: Vec<Fault>,
}

impl Deck {
    pub(super) fn new(faults: &[Fault]) -> Self {
        Self {
            all: faults.to_vec(),
            left: Vec::new(),
        }
    }

    /// The next fault; a kill when none was named.
    pub(super) fn draw(&mut self, rng: &mut StdRng) -> Fault {
        if self.left.is_empty() {
            self.left.clone_from(&self.all);
        }
        if self.left.is_empty() {
            return Fault::Kill;
        }
        let at = rng.random_range(0..self.left.len());
        self.left.swap_remove(at)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn every_fault_comes_before_one_comes_again() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut deck = Deck::new(&Fault::NEAR);
        for _ in 0..3 {
            let mut drawn: Vec<Fault> = Fault::NEAR.iter().map(|_| deck.draw(&mut rng)).collect();
            drawn.sort_unstable();
            assert_eq!(drawn, Fault::NEAR);
        }
    }

    #[test]
    fn a_fault_spoils_its_own_way_and_is_mended() {
        let ways = Ways {
            devices: vec![Arc::default()],
            brokers: vec![Arc::default()],
        };
        let mut rng = StdRng::seed_from_u64(7);
        ways.spoil(Fault::BrokersUnheard, &mut rng);
        assert!(ways.brokers[0].cut_responses.load(Ordering::Relaxed));
        assert!(!ways.devices[0].cut_responses.load(Ordering::Relaxed));
        ways.mend(Fault::BrokersUnheard);
        assert!(!ways.brokers[0].cut_responses.load(Ordering::Relaxed));
        assert_eq!(ways.brokers[0].resets.load(Ordering::Relaxed), 1);
    }
}
