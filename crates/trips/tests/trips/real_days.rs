//! Days of real phones: the order of arrival does not matter.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use proptest::prelude::*;
use trips::engine::{Config, Device, Fix, Millis};

use crate::day::{Result, shuffled};

/// The traces beside the repository, unless they are not there.
pub(crate) fn traces() -> Option<PathBuf> {
    let shared = std::env::var_os("MILEPOST_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("data/traces");
    if folder.is_dir() {
        return Some(folder);
    }
    #[allow(clippy::print_stderr, reason = "a skip has to be seen")]
    {
        eprintln!("SKIPPED: no traces at {}; set MILEPOST_SHARED", folder.display());
    }
    None
}

/// Fixes of a phone with their times of arrival, in the order of the file.
fn phone(path: &Path) -> Vec<(Fix, Millis)> {
    let file = std::fs::File::open(path).expect("a recording");
    let mut reader = csv::Reader::from_reader(BufReader::new(MultiGzDecoder::new(file)));
    let millis = |text: &str| (text.parse::<f64>().expect("a number") * 1e3).round() as Millis;
    let number = |text: &str| text.parse::<f64>().expect("a number");
    reader
        .records()
        .filter_map(|row| {
            let row = row.expect("a row");
            let fix = Fix::new(millis(&row[0]), number(&row[1]), number(&row[2]), number(&row[3]))?;
            Some((fix.with_speed(Some(number(&row[4]))), millis(&row[7])))
        })
        .collect()
}

/// Some recordings: a duty-cycled one, a busy one, and one whose fixes came weeks late.
const PHONES: [&str; 4] = [
    "train_bus_ebike_mtv_ucb__p06__android-2",
    "car_scooter_brex_san_jose__p04__ios-3",
    "unimodal_trip_car_bike_mtv_la__p00__android-3",
    "unimodal_trip_car_bike_mtv_la__p02__ios-2",
];

fn closed(fixes: impl IntoIterator<Item = Fix>) -> Result {
    // a horizon beyond the latest delivery of the recordings
    let config = Config {
        horizon_h: 24.0 * 60.0,
        ..Config::default()
    };
    let mut device = Device::default();
    let mut records = Vec::new();
    for fix in fixes {
        device.push(fix, None, &config);
        if device.is_due(&config) {
            records.extend(device.update("d", fix.time, &config));
        }
    }
    records.extend(device.close("d", &config));
    Result::of(records).settled()
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let Some(folder) = traces() else { return };
    for phone_name in PHONES {
        let fixes = phone(&folder.join(format!("mobilitynet/{phone_name}.csv.gz")));
        let mut in_order: Vec<Fix> = fixes.iter().map(|(fix, _)| *fix).collect();
        in_order.sort();
        let expected = closed(in_order);
        assert!(!expected.trips.is_empty(), "{phone_name}");
        let mut arrived = fixes.clone();
        arrived.sort_by_key(|(_, at)| *at);
        assert_eq!(
            closed(arrived.into_iter().map(|(fix, _)| fix)),
            expected,
            "{phone_name} as arrived"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn no_order_matters(seed in any::<u64>(), which in 0..PHONES.len()) {
        let Some(folder) = traces() else { return Ok(()) };
        let fixes: Vec<Fix> =
            phone(&folder.join(format!("mobilitynet/{}.csv.gz", PHONES[which]))).into_iter().map(|(fix, _)| fix).collect();
        let mut in_order = fixes.clone();
        in_order.sort();
        prop_assert_eq!(closed(shuffled(fixes, seed)), closed(in_order));
    }
}
