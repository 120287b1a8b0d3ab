//! What holds where the configuration says nothing.

use std::net::SocketAddr;
use std::path::PathBuf;

use runtime::secrecy::SecretString;

use super::{
    Admission, Bans, Canary, Deadlines, Devices, GatewayConfig, Limits, Listen, Proxied, Rate, Rates,
    Recorder, Spool, SpoolMode, Tls, Traces,
};

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            node: "gateway-1".to_owned(),
            threads: 0,
            drain_seconds: 10.0,
            raw_frames: false,
            listen: Listen::default(),
            proxied: Proxied::default(),
            tls: Tls::default(),
            deadlines: Deadlines::default(),
            limits: Limits::default(),
            rates: Rates::default(),
            bans: Bans::default(),
            devices: Devices::default(),
            spool: Spool::default(),
            recorder: Recorder::default(),
            canary: Canary::default(),
            traces: Traces::default(),
        }
    }
}

impl Default for Canary {
    fn default() -> Self {
        Self {
            device: String::new(),
            interval_seconds: 30.0,
            deadline_seconds: 10.0,
        }
    }
}

impl Default for Listen {
    fn default() -> Self {
        let on = |port| vec![SocketAddr::from(([0, 0, 0, 0], port))];
        Self {
            gt06_tcp: on(5023),
            gt06_udp: on(5023),
            jt808_tcp: on(5015),
            jt808_udp: on(5015),
            any_tcp: Vec::new(),
            any_udp: Vec::new(),
        }
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            first_byte_seconds: 10.0,
            login_seconds: 20.0,
            frame_seconds: 15.0,
            idle_seconds: 540.0,
            stall_seconds: 10.0,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            partial_frame_bytes: 64 << 20,
            unsent_bytes: 64 << 10,
            udp_peers: 100_000,
            rejects_in_a_row: 100,
            remembered: 65_536,
        }
    }
}

impl Default for Rates {
    fn default() -> Self {
        let rate = |per_second, burst| Rate { per_second, burst };
        Self {
            accepts: rate(5_000.0, 20_000),
            accepts_per_network: rate(1_000.0, 20_000),
            frames_per_connection: rate(10_000.0, 50_000),
            logins_per_device: rate(2.0, 240),
            registrations_per_device: rate(0.5, 60),
            takeovers_per_device: rate(0.02, 10),
            rejects: rate(2_000.0, 20_000),
            rejects_per_connection: rate(20.0, 200),
            rejects_per_unknown_device: rate(0.02, 5),
        }
    }
}

impl Default for Bans {
    fn default() -> Self {
        Self {
            offences: Rate {
                per_second: 1.0,
                burst: 300,
            },
            seconds: 60.0,
        }
    }
}

impl Default for Devices {
    fn default() -> Self {
        Self {
            admission: Admission::Known,
            learn_per_minute: 600,
            list: Vec::new(),
            file: None,
            require_code: true,
            auth_key: SecretString::default(),
            auth_key_file: PathBuf::from("milepost-data/auth.key"),
            wait_seconds: 10.0,
            suspect_seconds: 600.0,
        }
    }
}

impl Default for Spool {
    fn default() -> Self {
        Self {
            mode: SpoolMode::Off,
            path: PathBuf::from("milepost-data/spool"),
            max_bytes: 4 << 30,
        }
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self {
            bytes: 8 << 20,
            captures: 4,
            secrets: false,
        }
    }
}

impl Default for Traces {
    fn default() -> Self {
        Self {
            sample: 0.001,
            devices: Vec::new(),
        }
    }
}
