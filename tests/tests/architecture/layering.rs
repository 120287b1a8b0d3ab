use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each of our crates may depend on. Arrows point down only; roles never know each other.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("events", &[]),
    ("spatial", &[]),
    ("telemetry", &[]),
    ("bus", &["events", "telemetry"]),
    ("runtime", &["events", "telemetry"]),
    ("gateway", &["bus", "runtime", "events", "wire", "spatial"]),
    ("geofence", &["bus", "runtime", "events", "spatial"]),
    ("trips", &["bus", "runtime", "events", "spatial"]),
    ("attendance", &["bus", "runtime", "events", "spatial"]),
    ("sim", &["bus", "runtime", "events", "spatial", "wire"]),
    (
        "milepost",
        &[
            "attendance",
            "bus",
            "events",
            "gateway",
            "geofence",
            "runtime",
            "sim",
            "spatial",
            "telemetry",
            "trips",
            "wire",
        ],
    ),
];

/// Outside crates that one crate of ours hides from all others.
const LIVES_ONLY_IN: &[(&str, &str)] = &[
    ("rdkafka", "bus"),
    ("fjall", "bus"),
    ("prost", "events"),
    ("pbjson", "events"),
    ("nom", "wire"),
    ("encoding_rs", "wire"),
    ("rstar", "spatial"),
    ("geo", "spatial"),
    ("metrics-exporter-prometheus", "runtime"),
    ("opentelemetry", "runtime"),
    ("opentelemetry-otlp", "runtime"),
    ("opentelemetry_sdk", "runtime"),
];

/// Packages that hold tests and benches and may see everything.
const OBSERVERS: &[&str] = &["tests", "benches"];

fn normal_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata of this workspace");
    metadata
        .packages
        .iter()
        .filter(|package| !OBSERVERS.contains(&package.name.as_str()))
        .map(|package| {
            let names = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.kind != DependencyKind::Development)
                .map(|dependency| dependency.name.clone())
                .collect();
            (package.name.to_string(), names)
        })
        .collect()
}

#[test]
fn arrows_between_our_crates_point_down() {
    let found = normal_dependencies();
    let ours: BTreeSet<&str> = MAY_DEPEND_ON.iter().map(|(name, _)| *name).collect();
    let named: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        named, ours,
        "a crate was added or removed: say here what it may depend on"
    );
    for (name, allowed) in MAY_DEPEND_ON {
        for dependency in found[*name].iter().filter(|d| ours.contains(d.as_str())) {
            assert!(
                allowed.contains(&dependency.as_str()),
                "`{name}` must not depend on `{dependency}`; it may depend on {allowed:?}"
            );
        }
    }
}

#[test]
fn outside_crates_stay_where_they_belong() {
    let found = normal_dependencies();
    for (outside, home) in LIVES_ONLY_IN {
        let users: Vec<&String> = found
            .iter()
            .filter(|(_, deps)| deps.contains(*outside))
            .map(|(n, _)| n)
            .collect();
        assert_eq!(users, vec![*home], "`{outside}` is used by `{home}` only");
    }
}

/// Exporting traces is an opt-in: whoever does not want it builds none of it.
#[test]
fn the_default_build_has_no_opentelemetry() {
    let tree = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "-p",
            "milepost",
            "-e",
            "normal",
            "--prefix",
            "none",
            "--offline",
        ])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo tree of this workspace");
    let tree = String::from_utf8_lossy(&tree.stdout);
    assert!(tree.contains("runtime v"), "{tree}");
    assert!(!tree.contains("opentelemetry"), "{tree}");
}
