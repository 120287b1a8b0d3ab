//! What the engine can be told. One default serves every kind of reporting.

use serde::{Deserialize, Serialize};

/// Physics and policy of trips and stops. Every value is a property of people, vehicles or phones, none of a data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A stay of at least this many seconds is a stop.
    pub stop_s: f64,
    /// A stay of up to this many seconds that was reached on foot or slowly and left by a faster vehicle is a wait for
    /// transport inside a trip.
    pub wait_s: f64,
    /// A change between trains of up to this many seconds is a wait for transport.
    pub change_s: f64,
    /// What leads less than this many metres away is no trip.
    pub trip_m: f64,
    /// A silence longer than this many seconds within a trip is flagged.
    pub gap_s: f64,
    /// Late fixes are taken into account for this many hours.
    pub horizon_h: f64,
    /// Fixes further than this many seconds ahead of their arrival are refused.
    pub future_s: f64,
    /// Fixes kept per device; more of them are thinned where they say least.
    pub fixes_max: usize,
    /// Accuracy in metres to assume of a fix that states none.
    pub accuracy_m: f64,
    /// Wandering of something that stays, metres per axis: a phone carried about a house, the slow error of satellites.
    pub wander_m: f64,
    /// The same over seconds instead of hours: how still a thing is just before it leaves.
    pub still_m: f64,
    /// What is on the move makes at least this speed over half a minute, m/s.
    pub crawl_m_s: f64,
    /// Speed of people on foot with what delays them, m/s.
    pub walk_m_s: f64,
    /// Mean speed of a journey with its halts, m/s: what a silence is held against.
    pub journey_m_s: f64,
    /// Speed in traffic, m/s: how far a place may be from one half a minute before.
    pub traffic_m_s: f64,
    /// No vehicle is faster, m/s.
    pub fastest_m_s: f64,
    /// Mean length of a stay in seconds: the longer, the less likely is leaving.
    pub stay_s: f64,
    /// Mean length of a move in seconds: the longer, the less likely is arriving.
    pub move_s: f64,
    /// Mean silence in seconds of a device on the move, beyond what the way explains.
    pub silence_s: f64,
    /// Seconds that a sleeping device needs to notice that it moves.
    pub wake_s: f64,
    /// Metres that are walked before a sleeping device wakes, where it wakes at a slow speed.
    pub access_m: f64,
    /// Price of calling a fix wrong, in nats.
    pub wrong_nats: f64,
    /// Seconds per slot of which the search takes the best fix.
    pub slot_s: f64,
    /// Places where waiting belongs to a trip: stations, piers, stops.
    pub transit: Vec<Transit>,
}

/// A circle in which waiting belongs to a trip.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transit {
    /// Degrees, WGS-84.
    pub latitude: f64,
    /// Degrees, WGS-84.
    pub longitude: f64,
    /// Metres.
    pub radius_m: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            stop_s: 300.0,
            wait_s: 2400.0,
            change_s: 1440.0,
            trip_m: 300.0,
            gap_s: 1800.0,
            horizon_h: 72.0,
            future_s: 300.0,
            fixes_max: 2048,
            accuracy_m: 20.0,
            wander_m: 15.0,
            still_m: 6.0,
            crawl_m_s: 0.8,
            walk_m_s: 1.0,
            journey_m_s: 4.0,
            traffic_m_s: 15.0,
            fastest_m_s: 70.0,
            stay_s: 14_400.0,
            move_s: 1800.0,
            silence_s: 600.0,
            wake_s: 210.0,
            access_m: 200.0,
            wrong_nats: 14.0,
            slot_s: 30.0,
            transit: Vec::new(),
        }
    }
}
