use std::sync::{Arc, Mutex};

use bus::{Outcome, PublishError, Publisher, Receipt, Record};
use events::Topic;
use gateway::Outlet;

/// A way to the log on which a test decides when and how records arrive.
pub(crate) struct Lever {
    log: Publisher,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Vec<(Record, Receipt)>>,
    broken: bool,
    crowded: bool,
}

impl Lever {
    pub(crate) fn new(log: Publisher) -> Arc<Self> {
        Arc::new(Self {
            log,
            state: Mutex::default(),
        })
    }

    /// Stops every thread that comes by, until it is let go.
    pub(crate) fn grip(&self) -> impl Drop + '_ {
        self.state.lock().unwrap()
    }

    /// Keeps records from now on.
    pub(crate) fn hold(&self) {
        self.state.lock().unwrap().held = Some(Vec::new());
    }

    /// Records that are kept.
    pub(crate) fn held(&self) -> usize {
        self.state.lock().unwrap().held.as_ref().map_or(0, Vec::len)
    }

    /// Records of a topic that are kept.
    pub(crate) fn held_of(&self, topic: Topic) -> usize {
        let state = self.state.lock().unwrap();
        state
            .held
            .iter()
            .flatten()
            .filter(|(record, _)| record.topic == topic)
            .count()
    }

    /// Settles the kept record of that place without passing it on.
    pub(crate) fn settle(&self, place: usize, outcome: Outcome) {
        let (_, receipt) = self.state.lock().unwrap().held.as_mut().unwrap().remove(place);
        receipt.settle(outcome);
    }

    /// Passes on all that is kept, and everything from now on.
    pub(crate) fn release(&self) {
        let held = self.state.lock().unwrap().held.take().unwrap_or_default();
        for (record, receipt) in held {
            self.log.publish(record, receipt);
        }
    }

    /// Takes nothing from now on, or everything again.
    pub(crate) fn set_broken(&self, broken: bool) {
        self.state.lock().unwrap().broken = broken;
    }

    /// Has no room from now on, or has room again.
    pub(crate) fn set_crowded(&self, crowded: bool) {
        self.state.lock().unwrap().crowded = crowded;
    }
}

impl Outlet for Lever {
    fn publish(&self, record: Record, receipt: Receipt) {
        let mut state = self.state.lock().unwrap();
        if state.broken {
            drop(state);
            receipt.settle(Err(PublishError::Unavailable("the test says so".to_owned())));
        } else if let Some(held) = &mut state.held {
            held.push((record, receipt));
        } else {
            drop(state);
            self.log.publish(record, receipt);
        }
    }

    fn has_room(&self) -> bool {
        !self.state.lock().unwrap().crowded && Outlet::has_room(&self.log)
    }

    fn in_flight(&self) -> u64 {
        Outlet::in_flight(&self.log)
    }

    fn in_flight_bytes(&self) -> u64 {
        Outlet::in_flight_bytes(&self.log)
    }

    fn in_flight_limit(&self) -> u64 {
        Outlet::in_flight_limit(&self.log)
    }
}
