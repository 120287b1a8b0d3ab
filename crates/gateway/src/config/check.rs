//! What cannot work is named with its key before anything starts.

use runtime::secrecy::ExposeSecret as _;

use super::{GatewayConfig, Listen, Rate};

impl GatewayConfig {
    /// Notes values that cannot work, for [`runtime::config::Settings::checked`].
    pub fn check(&self, wrong: &mut Vec<(String, String)>) {
        let times = [
            ("drain_seconds", self.drain_seconds),
            ("deadlines.first_byte_seconds", self.deadlines.first_byte_seconds),
            ("deadlines.login_seconds", self.deadlines.login_seconds),
            ("deadlines.frame_seconds", self.deadlines.frame_seconds),
            ("deadlines.idle_seconds", self.deadlines.idle_seconds),
            ("deadlines.stall_seconds", self.deadlines.stall_seconds),
            ("devices.wait_seconds", self.devices.wait_seconds),
            ("devices.suspect_seconds", self.devices.suspect_seconds),
            ("bans.seconds", self.bans.seconds),
            ("canary.interval_seconds", self.canary.interval_seconds),
            ("canary.deadline_seconds", self.canary.deadline_seconds),
        ];
        for (key, value) in times {
            if !(0.001..=604_800.0).contains(&value) {
                wrong.push((
                    key.to_owned(),
                    format!("expected seconds from 0.001 to 604800, found {value}"),
                ));
            }
        }
        for (key, rate) in self.rates() {
            // No limit, or one between once a month and once a microsecond.
            let fits = rate.per_second == 0.0 || (1e-6..=1e6).contains(&rate.per_second);
            if !fits {
                wrong.push((
                    format!("{key}.per_second"),
                    format!(
                        "expected 0 for no limit, or 0.000001 to 1000000, found {}",
                        rate.per_second
                    ),
                ));
            }
            if !(1..=1_000_000).contains(&rate.burst) {
                wrong.push((
                    format!("{key}.burst"),
                    format!("expected 1 to 1000000, found {}", rate.burst),
                ));
            }
        }
        for (key, value) in [
            ("limits.remembered", self.limits.remembered as u64),
            ("limits.rejects_in_a_row", self.limits.rejects_in_a_row.into()),
        ] {
            if value == 0 {
                wrong.push((key.to_owned(), "expected at least 1, found 0".to_owned()));
            }
        }
        if !(0.0..=1.0).contains(&self.traces.sample) {
            wrong.push((
                "traces.sample".to_owned(),
                format!("expected a part from 0 to 1, found {}", self.traces.sample),
            ));
        }
        if self.node.is_empty() {
            wrong.push((
                "node".to_owned(),
                "expected a name for this gateway, such as `gateway-1`, found none".to_owned(),
            ));
        }
        let key = self.devices.auth_key.expose_secret().len();
        if (1..32).contains(&key) {
            wrong.push((
                "devices.auth_key".to_owned(),
                format!("expected at least 32 characters, found {key}; `openssl rand -hex 32` makes one"),
            ));
        }
        self.check_canary(wrong);
        for (index, device) in self.devices.list.iter().enumerate() {
            if let Err(error) = events::DeviceId::new(device) {
                wrong.push(("devices.list".to_owned(), format!("entry {}: {error}", index + 1)));
            }
        }
        if !self.proxied.is_off() && self.proxied.upstreams.is_empty() {
            wrong.push((
                "proxied.upstreams".to_owned(),
                "expected the networks of the load balancers, such as `[\"10.0.0.0/24\"]`, found none"
                    .to_owned(),
            ));
        }
        for (key, file) in [
            ("tls.certificate_file", &self.tls.certificate_file),
            ("tls.key_file", &self.tls.key_file),
        ] {
            if !self.tls.is_off() && file.as_os_str().is_empty() {
                wrong.push((key.to_owned(), "expected a file in PEM, found none".to_owned()));
            }
        }
        if self.listen == Listen::nowhere() && self.proxied.is_off() && self.tls.is_off() {
            wrong.push((
                "listen".to_owned(),
                "expected an address in at least one of its keys, found none".to_owned(),
            ));
        }
    }

    fn check_canary(&self, wrong: &mut Vec<(String, String)>) {
        let device = &self.canary.device;
        if self.canary.is_off() {
            return;
        }
        if !matches!(device.len(), 1..=12 | 15)
            || device.starts_with('0')
            || !device.bytes().all(|byte| byte.is_ascii_digit())
        {
            wrong.push((
                "canary.device".to_owned(),
                format!(
                    "expected the id of no real device, 15 digits for GT06 or up to 12 without leading zeros for JT/T 808, found {device:?}"
                ),
            ));
        }
        let (own, ports) = if device.len() == 15 {
            ("listen.gt06_tcp", &self.listen.gt06_tcp)
        } else {
            ("listen.jt808_tcp", &self.listen.jt808_tcp)
        };
        if ports.is_empty() && self.listen.any_tcp.is_empty() {
            wrong.push((
                "canary.device".to_owned(),
                format!("expected a port that the canary can connect to in `{own}` or `listen.any_tcp`, found none"),
            ));
        }
    }

    /// Every rate with its key.
    fn rates(&self) -> [(&'static str, Rate); 10] {
        let rates = &self.rates;
        [
            ("rates.accepts", rates.accepts),
            ("rates.accepts_per_network", rates.accepts_per_network),
            ("rates.frames_per_connection", rates.frames_per_connection),
            ("rates.logins_per_device", rates.logins_per_device),
            ("rates.registrations_per_device", rates.registrations_per_device),
            ("rates.takeovers_per_device", rates.takeovers_per_device),
            ("rates.rejects", rates.rejects),
            ("rates.rejects_per_connection", rates.rejects_per_connection),
            (
                "rates.rejects_per_unknown_device",
                rates.rejects_per_unknown_device,
            ),
            ("bans.offences", self.bans.offences),
        ]
    }
}

#[cfg(test)]
mod tests {
    use runtime::secrecy::SecretString;

    use super::*;

    #[test]
    fn the_commented_defaults_are_the_defaults() {
        let sources = runtime::config::Sources::read(&[GatewayConfig::SECTION], None, []).unwrap();
        let mut settings = sources.settings();
        let read: GatewayConfig = settings.checked("gateway", GatewayConfig::check);
        assert_eq!(settings.finish(), Ok(()));
        assert_eq!(format!("{read:?}"), format!("{:?}", GatewayConfig::default()));
    }

    #[test]
    fn everything_that_cannot_work_is_named_with_its_key() {
        let mut config = GatewayConfig::default();
        config.rates.accepts.per_second = f64::NAN;
        config.rates.rejects.burst = 0;
        config.bans.seconds = -1.0;
        config.limits.remembered = 0;
        config.proxied.gt06_tcp = config.listen.gt06_tcp.clone();
        config.tls.any_tcp = config.listen.gt06_tcp.clone();
        let mut wrong = Vec::new();
        config.check(&mut wrong);
        let keys: Vec<&str> = wrong.iter().map(|(key, _)| key.as_str()).collect();
        for key in [
            "rates.accepts.per_second",
            "rates.rejects.burst",
            "bans.seconds",
            "limits.remembered",
            "proxied.upstreams",
            "tls.certificate_file",
            "tls.key_file",
        ] {
            assert!(keys.contains(&key), "{key} in {keys:?}");
        }
        assert_eq!(keys.len(), 7);
    }

    #[test]
    fn a_short_key_is_refused_and_not_shown() {
        let mut config = GatewayConfig::default();
        config.devices.auth_key = SecretString::from("hunter2");
        let mut wrong = Vec::new();
        config.check(&mut wrong);
        assert_eq!(wrong.len(), 1);
        assert!(!format!("{wrong:?}{config:?}").contains("hunter2"));
    }
}
