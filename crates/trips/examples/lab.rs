#![allow(clippy::all, clippy::print_stdout)]
use std::collections::BTreeMap;
use trips::engine::*;
use trips::score::*;
fn arg(n: &str, d: f64) -> f64 {
    std::env::var(n).ok().and_then(|v| v.parse().ok()).unwrap_or(d)
}
fn main() {
    let mut names: Vec<_> = std::fs::read_dir("/tmp/tripx/data")
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|x| x == "csv"))
        .collect();
    names.sort();
    let only = std::env::args().nth(1).unwrap_or_default();
    let mut c = Config::default();
    c.wake_s = arg("wake", c.wake_s);
    let live = std::env::var("LIVE").is_ok();
    let mut t: BTreeMap<String, Tally> = BTreeMap::new();
    for n in names {
        let name = n.file_name().unwrap().to_string_lossy().to_string();
        if !name.contains(&only) {
            continue;
        }
        println!("{name}");
        let text = std::fs::read_to_string(&n).unwrap();
        let rows: Vec<Vec<f64>> = text
            .lines()
            .map(|l| l.split(',').map(|x| x.parse().unwrap()).collect())
            .collect();
        let truth: Vec<Interval> = std::fs::read_to_string(n.with_extension("truth"))
            .unwrap()
            .lines()
            .map(|l| {
                let v: Vec<&str> = l.split(',').collect();
                Interval {
                    start: v[0].parse().unwrap(),
                    end: v[1].parse().unwrap(),
                }
            })
            .collect();
        let mut d = Device::default();
        let mut last: BTreeMap<String, Option<(f64, f64)>> = BTreeMap::new();
        let mut seen = vec![];
        for x in &rows {
            let Some(f) = Fix::new((x[0] * 1000.0).round() as i64, x[1], x[2], x[3]) else {
                continue;
            };
            let f = f.with_speed((x[4] >= 0.0).then_some(x[4]));
            d.push(f, None, &c);
            if live && d.is_due(&c) {
                seen.extend(d.update("x", i64::MIN, &c));
            }
        }
        seen.extend(d.close("x", &c));
        for r in seen {
            if let Record::Trip(r) = r {
                let s = |t: &Option<events::Timestamp>| {
                    t.as_ref()
                        .map(|t| t.seconds as f64 + f64::from(t.nanos) / 1e9)
                        .unwrap()
                };
                if std::env::var("V").is_ok() {
                    println!(
                        "  {} rev {} {:?} {:.0}..{:.0} {} m {:?} legs {} halts {} flags {:?} path {}",
                        &r.trip_id[..8],
                        r.revision,
                        r.withdrawn,
                        s(&r.start_time) - truth[0].start,
                        s(&r.end_time) - truth[0].start,
                        r.distance.as_ref().map(|d| d.estimate_m as i64).unwrap_or(0),
                        r.finality,
                        r.legs.len(),
                        r.halts.len(),
                        r.flags,
                        r.path.len()
                    );
                }
                last.insert(
                    r.trip_id.clone(),
                    (!r.withdrawn).then(|| (s(&r.start_time), s(&r.end_time))),
                );
            }
        }
        let mut found: Vec<Interval> = last
            .values()
            .flatten()
            .map(|x| Interval { start: x.0, end: x.1 })
            .collect();
        found.sort_by(|a, b| a.start.total_cmp(&b.start));
        let one = Tally::compare(&truth, &found);
        let set = if name.starts_with("uni") {
            "A"
        } else if name.starts_with("car") {
            "B"
        } else {
            "C"
        };
        for k in [set, if set == "C" { "-" } else { "A+B" }, "A+B+C"] {
            t.entry(k.into()).or_default().add(&one);
        }
    }
    for (k, t) in t {
        println!(
            "{k:6} truth {} found {} hits {} F1 {:.3} splits {} merges {} start {:?} end {:?}",
            t.truth,
            t.found,
            t.hits,
            t.f1(),
            t.splits,
            t.merges,
            Spread::of(&t.start_s).map(|s| (s.median, s.p90)),
            Spread::of(&t.end_s).map(|s| (s.median, s.p90))
        );
    }
}
