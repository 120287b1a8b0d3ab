use std::path::{Path, PathBuf};

use anyhow::Context as _;
use attendance::AttendanceConfig;
use bus::{Backend, BusConfig};
use clap::Args;
use gateway::GatewayConfig;
use geofence::GeofenceConfig;
use runtime::admin::AdminConfig;
use runtime::config::{Section, Sources};
use runtime::logging::LogConfig;
use runtime::traces::TracesConfig;

/// The section `[bus]` with its defaults.
const BUS: Section = Section {
    name: "bus",
    defaults: include_str!("bus.toml"),
};

/// Every section of the configuration, in the order in which people read it.
pub(crate) const SECTIONS: &[Section] = &[
    runtime::logging::SECTION,
    runtime::admin::SECTION,
    runtime::traces::SECTION,
    BUS,
    GatewayConfig::SECTION,
    geofence::SECTION,
    Section {
        name: "trips",
        defaults: "",
    },
    attendance::SECTION,
];

/// Where the configuration comes from.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigFile {
    /// The configuration; `milepost config default` prints one to begin with [default: the defaults]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ConfigFile {
    /// File, environment and defaults, not yet checked.
    pub(crate) fn sources(&self) -> anyhow::Result<Sources> {
        Sources::read(SECTIONS, self.config.as_deref(), std::env::vars()).context("read the configuration")
    }

    /// The checked settings.
    pub(crate) fn load(&self) -> anyhow::Result<Settings> {
        Settings::from(&self.sources()?)
    }
}

/// The effective settings of a process.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) log: LogConfig,
    pub(crate) admin: AdminConfig,
    pub(crate) traces: TracesConfig,
    pub(crate) bus: BusConfig,
    pub(crate) gateway: GatewayConfig,
    pub(crate) geofence: GeofenceConfig,
    pub(crate) trips: trips::engine::Config,
    pub(crate) attendance: AttendanceConfig,
}

impl Settings {
    /// Reads all sections; all problems come in one error.
    pub(crate) fn from(sources: &Sources) -> anyhow::Result<Self> {
        let mut found = sources.settings();
        let settings = Self {
            log: found.checked("log", runtime::logging::check),
            admin: found.section("admin"),
            traces: found.checked("traces", runtime::traces::check),
            bus: found.checked("bus", BusConfig::check),
            gateway: found.checked("gateway", GatewayConfig::check),
            geofence: found.checked("geofence", GeofenceConfig::check),
            trips: found.section("trips"),
            attendance: found.checked("attendance", AttendanceConfig::check),
        };
        found.finish().context("use the configuration")?;
        Ok(settings)
    }

    /// Puts everything that a single process keeps into one folder.
    pub(crate) fn keep_in(&mut self, folder: &Path) {
        self.bus.backend = Backend::Local;
        self.bus.local.path = folder.join("log");
        self.gateway.devices.auth_key_file = folder.join("auth.key");
        self.gateway.spool.path = folder.join("spool");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commented_defaults_are_the_defaults() {
        let sources = Sources::read(SECTIONS, None, []).unwrap();
        let settings = Settings::from(&sources).unwrap();
        assert_eq!(
            format!("{:?}", settings.bus),
            format!("{:?}", BusConfig::default())
        );
    }

    #[test]
    fn all_problems_come_at_once() {
        let env = [
            ("MILEPOST__BUS__BACKEND".to_owned(), "tape".to_owned()),
            ("MILEPOST__GATEWAY__DRAIN_SECONDS".to_owned(), "-1".to_owned()),
        ];
        let sources = Sources::read(SECTIONS, None, env).unwrap();
        let text = format!("{:#}", Settings::from(&sources).unwrap_err());
        assert!(
            text.contains("backend") && text.contains("drain_seconds"),
            "{text}"
        );
    }

    #[test]
    fn the_configurations_that_are_shipped_have_no_problem() {
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
        let mut files = vec![deploy.join("kubernetes/milepost.toml")];
        for entry in std::fs::read_dir(deploy.join("examples")).unwrap() {
            files.push(entry.unwrap().path());
        }
        assert!(files.len() > 5, "{files:?}");
        for file in files {
            let sources = Sources::read(SECTIONS, Some(&file), []).unwrap();
            Settings::from(&sources).unwrap_or_else(|error| panic!("{}: {error:#}", file.display()));
        }
    }
}
