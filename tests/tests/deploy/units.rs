use std::path::Path;

use crate::tool::{must_pass_in, root, run_in};

const UNITS: [&str; 4] = [
    "milepost.service",
    "milepost.socket",
    "milepost@.service",
    "milepost@gateway.socket",
];
/// What `systemd-analyze security` may find: 0 is safe, 10 is not; docs/operations.md says what is left.
const EXPOSURE: &str = "15";

/// The units as they are once installed, with a program that exists here.
fn installed(folder: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    for unit in UNITS {
        let text = std::fs::read_to_string(root().join("deploy/systemd").join(unit)).unwrap();
        let text = text.replace("/usr/bin/milepost", "/bin/true");
        // A template is looked at as the unit of a role.
        let names = match unit.strip_suffix("@.service") {
            None => vec![unit.to_owned()],
            Some(stem) => ["gateway", "geofence", "trips", "attendance"]
                .map(|role| format!("{stem}@{role}.service"))
                .to_vec(),
        };
        for name in names {
            let path = folder.join(name);
            std::fs::write(&path, &text).unwrap();
            paths.push(path.to_str().unwrap().to_owned());
        }
    }
    paths
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    let folder = tempfile::tempdir().unwrap();
    let paths = installed(folder.path());
    let mut arguments = vec!["verify"];
    arguments.extend(paths.iter().map(String::as_str));
    let Some(output) = run_in("systemd-analyze", &arguments, folder.path()) else {
        return;
    };
    // It ends well too where it passes over a line that it does not know.
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn the_services_may_do_little() {
    let folder = tempfile::tempdir().unwrap();
    for path in installed(folder.path())
        .iter()
        .filter(|path| path.ends_with(".service"))
    {
        let threshold = format!("--threshold={EXPOSURE}");
        must_pass_in(
            "systemd-analyze",
            &["security", "--offline=true", &threshold, path],
            folder.path(),
        );
    }
}

/// The sockets that systemd holds are those that the program asks for when nothing is configured.
#[test]
fn the_sockets_are_the_ports_of_the_defaults() {
    let defaults = std::fs::read_to_string(root().join("crates/gateway/src/default.toml")).unwrap();
    let asked = |transport: &str| -> Vec<String> {
        let listen = defaults
            .split("[gateway.listen]")
            .nth(1)
            .unwrap()
            .split("\n[")
            .next()
            .unwrap();
        let ending = format!("_{transport} = [\"");
        let addresses = listen
            .lines()
            .filter_map(|line| line.split(&ending).nth(1)?.strip_suffix("\"]"));
        addresses.map(str::to_owned).collect()
    };
    for unit in UNITS.iter().filter(|unit| unit.ends_with(".socket")) {
        let text = std::fs::read_to_string(root().join("deploy/systemd").join(unit)).unwrap();
        let held = |key: &str| -> Vec<String> {
            text.lines()
                .filter_map(|line| line.strip_prefix(key))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(held("ListenStream="), asked("tcp"), "{unit}");
        assert_eq!(held("ListenDatagram="), asked("udp"), "{unit}");
        assert_eq!(asked("tcp").len(), 2);
    }
}
